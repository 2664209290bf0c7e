/* Threads: creation, start, exit, sleep. */
#include "thread/thread.h"

#include "abi/env.h"
#include "abi/error.h"
#include "abi/syscall.h"
#include "lib/assert.h"
#include "lib/string.h"
#include "pcpu/trace.h"
#include "pmm/pmm.h"
#include "thread/condition.h"
#include "thread/sched_priv.h"
#include "thread/timeouts_priv.h"
#include "vmm/kstack.h"
#include "vmm/space.h"
#include "vmm/tlb.h"

_Static_assert(sizeof(struct thread) <= THREAD_AREA, "a thread must fit into its stack slot");
_Static_assert(offsetof(struct thread, context) == 0, "current_context() is the thread");

static const struct lock_class sleep_class = LOCK_CLASS("thread.sleep", 3);

static void thread_entry(void)
{
    struct thread *thread = thread_current();

    sched_finish_switch();              /* interrupts are on from here */
    thread->wait_reason = NULL;
    thread->wait_word = 0;
    thread->start(thread->argument);
    thread_exit();
}

/* A thread is often made on one CPU and freed on another: only the sum over all is a count. */
static void count_threads(uint32_t change)
{
    __atomic_fetch_add(&this_cpu()->statistics.threads, change, __ATOMIC_RELAXED);
}

/* A new thread is laid out as one that was switched away from: BLOCKED, and holding its CPU's queue
 * lock, which the thread that switches to it hands over. */
static void lay_out(struct thread *thread, const struct thread_config *config)
{
    memset(thread, 0, offsetof(struct thread, fpu));
    memset(thread_user_frame(thread), 0, sizeof(struct trapframe));
    context_prepare(&thread->context, thread_user_frame(thread), thread_entry);
    thread->context.lock_depth = 1;
    thread->context.flags = EFLAGS_IF;
    thread->state = THREAD_BLOCKED;
    thread->wait_reason = "start";
    thread->round = config->quota == &quota_root ? ROUND_KERNEL : ROUND_RAN;
    list_init(&thread->behind);
    if (config->cpu == CPU_ANY) {
        thread->affinity = config->affinity ? config->affinity : ~(cpu_mask)0;
        queue_choose_home(thread);
    } else {
        thread->affinity = (cpu_mask)1 << config->cpu;
        thread->home = config->cpu;
    }
    thread->context.cpu = &cpus[thread->home];
    thread->start = config->start;
    thread->argument = config->argument;
    thread->departed = config->departed;
    thread->process = config->process;
    thread->space = config->space;
    thread->quota = config->quota;
    thread->env = config->env;
    thread->shown = config->env ? config->env : &thread->unseen;
    thread->tls_segment = cpu_tls_segment(0);
    strlcpy(thread->name, config->name, sizeof thread->name);
    thread->magic = THREAD_MAGIC;
    count_threads(1);
}

int thread_create(const struct thread_config *config, struct thread **thread)
{
    void *slot_end;
    int error = kstack_alloc(config->quota, &slot_end);

    if (error)
        return error;
    *thread = (struct thread *)((char *)slot_end - THREAD_AREA);
    lay_out(*thread, config);
    return 0;
}

void thread_trace_begin(const struct thread *thread)
{
    uint32_t name[sizeof thread->name / sizeof(uint32_t)];

    memcpy(name, thread->name, sizeof name);
    uint32_t flags = intr_save();       /* the name comes next to the thread, on one CPU */
    trace_note(TRACE_BEGIN, (uintptr_t)thread, thread->env ? (uint32_t)thread->env->id : 0);
    trace_note(TRACE_NAME, name[0], name[1]);
    trace_note(TRACE_NAME, name[2], name[3]);
    intr_restore(flags);
}

/* A created thread is BLOCKED in nothing, so starting it is waking it. */
void thread_start(struct thread *thread)
{
    thread_trace_begin(thread);
    bool was_blocked = sched_ready(thread);
    KERN_ASSERT(was_blocked);
}

int thread_spawn(const struct thread_config *config, struct thread **thread)
{
    int error = thread_create(config, thread);

    if (!error)
        thread_start(*thread);
    return error;
}

void thread_set_segments(struct thread *thread, uint16_t fs, uint16_t gs, uint64_t tls_segment)
{
    KERN_ASSERT(thread->state == THREAD_BLOCKED);
    context_set_segments(&thread->context, fs, gs);
    thread->tls_segment = tls_segment;
}

/* The kernel itself changes neither FS and GS nor the FPU. */
void thread_copy_registers(struct thread *thread)
{
    const struct thread *self = thread_current();

    *thread_user_frame(thread) = *thread_user_frame(thread_current());
    thread_set_segments(thread, read_fs(), read_gs(), self->tls_segment);
    thread->exception_stack = self->exception_stack;
    thread->uses_fpu = self->uses_fpu;
    if (self->uses_fpu)
        fpu_save(&thread->fpu);
}

void thread_free(struct thread *thread)
{
    KERN_ASSERT(thread->state == THREAD_DEAD || thread->state == THREAD_BLOCKED);
    KERN_ASSERT(!timeout_is_set(thread));
    thread->magic = 0;
    count_threads(-1u);
    kstack_free(thread->quota, (char *)thread + THREAD_AREA);
}

void thread_exit(void)
{
    KERN_ASSERT(thread_current()->departed && !thread_current()->space);
    kstack_trim();
    sched_depart();
}

/* No thread signals this condition: only a deadline or a kill ends the wait. */
int thread_sleep_until(uint64_t deadline)
{
    struct spinlock lock = SPINLOCK_INITIALIZER(&sleep_class);
    struct condition never = CONDITION_INITIALIZER(never, "sleep");

    spinlock_acquire(&lock);
    int error = condition_wait_until(&never, &lock, deadline);
    spinlock_release(&lock);
    return error == E_TIMEOUT ? 0 : error;
}

/* Interrupts off, so that no switch loads the old space between the two steps. */
void thread_set_space(struct space *space)
{
    uint32_t flags = intr_save();

    thread_current()->space = space;
    space_activate(this_cpu(), space);
    intr_restore(flags);
}

void thread_use_fpu(void)
{
    struct thread *thread = thread_current();
    uint32_t flags = intr_save();

    KERN_ASSERT(!thread->uses_fpu);
    thread->uses_fpu = true;
    fpu_start(&thread->fpu);
    intr_restore(flags);
}
