/* Where a thread that does not run stands: its return addresses, copied. */
#include "thread/inspect.h"

#include "abi/env.h"
#include "lib/string.h"
#include "pcpu/frame.h"
#include "thread/inspect_priv.h"
#include "thread/queue_priv.h"

/* The chain ends where it would leave the stack: below lies the program's. */
static unsigned walk_stack(const struct thread *thread, uintptr_t addresses[THREAD_TRACE_DEPTH])
{
    uintptr_t esp = thread->context.esp;
    unsigned depth = 0;

    if (esp / KSTACK_SLOT != (uintptr_t)thread / KSTACK_SLOT || !stack_frame_is_sound(esp))
        return 0;
    const struct switch_frame *bottom = (const struct switch_frame *)esp;
    const struct stack_frame *frame = stack_frame_above(bottom->ebp, bottom);
    addresses[depth++] = bottom->eip;
    while (frame && frame->return_address != 0 && depth < THREAD_TRACE_DEPTH) {
        addresses[depth++] = frame->return_address;
        frame = stack_frame_caller(frame);
    }
    return depth;
}

/* The home's lock keeps a thread that does not run from running, so its stack stands still.  A
 * slot that became free, or another thread's, meanwhile is still readable memory. */
HANDS_OVER
bool thread_trace(const struct thread *thread, struct thread_trace *trace)
{
    struct ready_queue *queue = queue_lock_home(thread);
    const struct trapframe *user = thread_user_frame((struct thread *)thread);
    bool alive = thread->magic == THREAD_MAGIC && thread->state != THREAD_DEAD;

    if (alive) {
        const char *reason = __atomic_load_n(&thread->wait_reason, __ATOMIC_RELAXED);
        const struct Env *env = __atomic_load_n(&thread->env, __ATOMIC_RELAXED);
        bool runs = thread->state == THREAD_RUNNING;
        trace->state = thread_info_state(thread);
        trace->pid = env ? env->id : 0;
        trace->cpu = thread->home;
        trace->depth = runs ? 0 : walk_stack(thread, trace->addresses);
        trace->user_eip = env && !runs ? user->eip : 0;
        trace->user_ebp = env && !runs ? user->regs.ebp : 0;
        trace->number = thread->number;
        trace->wait_word = __atomic_load_n(&thread->wait_word, __ATOMIC_RELAXED);
        strlcpy(trace->name, thread->name, sizeof trace->name);
        strlcpy(trace->wait, reason ? reason : "", sizeof trace->wait);
    }
    spinlock_release(&queue->lock);
    return alive;
}
