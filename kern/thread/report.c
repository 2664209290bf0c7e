/* Looking at all threads: reports, counts, invariants. */
#include "thread/thread_priv.h"

#include "dev/log.h"
#include "lib/panic.h"
#include "vmm/vmm.h"

static const struct thread *thread_of_slot(unsigned slot)
{
    uintptr_t end = WINDOW_LO + (slot + 1) * KSTACK_SLOT;

    return (const struct thread *)(end - THREAD_AREA);
}

/* Every thread but the boot CPU's idle thread lives in a slot of the stack window. */
void thread_for_each(void (*visit)(const struct thread *thread, void *argument), void *argument)
{
    unsigned slots = kstack_usage().stacks;

    visit(ready_queues[0].idle, argument);
    for (unsigned slot = 0; slot < slots; slot++)
        if (thread_of_slot(slot)->magic == THREAD_MAGIC)
            visit(thread_of_slot(slot), argument);
}

static const char *state_name(enum thread_state state)
{
    static const char *const names[] = { "ready", "running", "blocked", "dead" };

    return state < ARRAY_SIZE(names) ? names[state] : "?";
}

static void report(const struct thread *thread, void *unused)
{
    const char *reason = thread->wait_reason;

    (void)unused;
    KERN_INFO("  thread %p %-12s CPU %2u  %-8s %s%s%s\n", (const void *)thread, thread->name,
              thread->home, state_name(thread->state), reason ? "waits: " : "",
              reason ? reason : "", thread_is_killed(thread) ? " (killed)" : "");
}

void thread_report(void)
{
    KERN_INFO("Threads:\n");
    thread_for_each(report, NULL);
}

static void count_one(const struct thread *thread, void *count)
{
    (void)thread;
    ++*(unsigned *)count;
}

unsigned thread_count(void)
{
    unsigned count = 0;

    thread_for_each(count_one, &count);
    return count;
}

/* A thread is on a ready queue exactly if it is READY (an idle thread never is), runs on one
 * CPU exactly if RUNNING, and waits in a condition only if it does not run.  Only a CPU that
 * runs its idle thread is offered work. */
static void check_thread(const struct thread *thread, void *unused)
{
    const struct ready_queue *queue = &ready_queues[thread->home];
    bool idle = thread == queue->idle;

    (void)unused;
    KERN_ASSERT(thread->home < NUM_CPUS && thread->context.lock_depth <= MAX_HELD_LOCKS);
    KERN_ASSERT(idle || list_is_linked(&thread->queue_node) == (thread->state == THREAD_READY));
    KERN_ASSERT((queue->current == thread) == (thread->state == THREAD_RUNNING));
    if (thread->state == THREAD_READY || thread->state == THREAD_BLOCKED)
        KERN_ASSERT(idle || thread->context.esp < (uintptr_t)thread);
}

void thread_check(void)
{
    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++) {
        struct ready_queue *queue = &ready_queues[cpu];
        if (!cpus[cpu].online)
            continue;
        spinlock_acquire(&queue->lock);
        KERN_ASSERT(list_check(&queue->ready, queue->count));
        KERN_ASSERT(list_length(&queue->ready) == queue->count);
        KERN_ASSERT(!queue->idling || queue->current == queue->idle);
        KERN_ASSERT(!queue->tick_stopped || queue->current == queue->idle);
        spinlock_release(&queue->lock);
    }
    thread_for_each(check_thread, NULL);
}
