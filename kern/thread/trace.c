/* Where a thread that does not run stands: its return addresses, copied. */
#include "thread/thread_priv.h"

#include "abi/env.h"
#include "lib/string.h"
#include "vmm/vmm.h"

/* What context_switch() leaves on the stack (pcpu/switch.S), and every function above it. */
struct switched_out {
    uint32_t  gs, fs, edi, esi, ebx;
    uintptr_t ebp, eip;
};

struct frame {
    uintptr_t caller, return_address;
};

static bool is_on_stack(const struct thread *thread, uintptr_t address)
{
    uintptr_t slot = (uintptr_t)thread - (KSTACK_SLOT - THREAD_AREA);

    return address % 4 == 0 && address >= slot + KSTACK_SLOT - KSTACK_PAGES * PAGE_SIZE &&
           address < (uintptr_t)thread - sizeof(struct frame);
}

/* The chain ends where it would leave the stack: below lies the program's. */
static unsigned walk(const struct thread *thread, uintptr_t addresses[THREAD_TRACE_DEPTH])
{
    const struct switched_out *bottom = (const void *)thread->context.esp;
    unsigned depth = 0;

    if (!is_on_stack(thread, (uintptr_t)bottom))
        return 0;
    addresses[depth++] = bottom->eip;
    for (uintptr_t at = bottom->ebp; is_on_stack(thread, at) && depth < THREAD_TRACE_DEPTH;) {
        const struct frame *frame = (const void *)at;
        if (frame->return_address == 0)
            break;
        addresses[depth++] = frame->return_address;
        if (frame->caller <= at)
            break;
        at = frame->caller;
    }
    return depth;
}

/* The home's lock keeps a thread that does not run from running, so its stack stands still.  A
 * slot that became free, or another thread's, meanwhile is still readable memory. */
bool thread_trace(const struct thread *thread, struct thread_trace *trace)
{
    struct ready_queue *queue = sched_lock_home(thread);
    bool alive = thread->magic == THREAD_MAGIC && thread->state != THREAD_DEAD;

    if (alive) {
        const char *reason = __atomic_load_n(&thread->wait_reason, __ATOMIC_RELAXED);
        const struct Env *env = __atomic_load_n(&thread->env, __ATOMIC_RELAXED);
        bool runs = thread->state == THREAD_RUNNING;
        trace->state = runs ? INFO_RUNNING
                            : thread->state == THREAD_READY ? INFO_READY : INFO_WAITING;
        trace->pid = env ? env->id : 0;
        trace->cpu = thread->home;
        trace->depth = runs ? 0 : walk(thread, trace->addresses);
        strlcpy(trace->name, thread->name, sizeof trace->name);
        strlcpy(trace->wait, reason ? reason : "", sizeof trace->wait);
    }
    spinlock_release(&queue->lock);
    return alive;
}
