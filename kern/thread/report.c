/* Looking at all threads: reports and counts. */
#include "thread/inspect_priv.h"

#include "dev/log.h"
#include "thread/queue_priv.h"
#include "vmm/kstack.h"

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

static void report_one(const struct thread *thread, void *unused)
{
    const char *reason = thread->wait_reason;

    (void)unused;
    KERN_INFO("  thread %p %-12s CPU %2u  %-8s %s%s%s\n", (const void *)thread, thread->name,
              thread->home, info_state_name(thread_info_state(thread)), reason ? "waits: " : "",
              reason ? reason : "", thread_is_killed(thread) ? " (killed)" : "");
}

void thread_report(void)
{
    KERN_INFO("Threads:\n");
    thread_for_each(report_one, NULL);
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
