/* Looking at all threads: reports and counts. */
#include "thread/inspect_priv.h"

#include "abi/env.h"
#include "dev/log.h"
#include "lib/printf.h"
#include "thread/queue_priv.h"
#include "vmm/kstack.h"

static const struct thread *thread_of_slot(unsigned slot)
{
    const char *end = kstack_in_slot(slot);

    return end ? (const struct thread *)(end - THREAD_AREA) : NULL;
}

/* It is a thread that gives stacks back: another thread can wait for it.  What the machine says
 * before it stops must not. */
static bool begin_looking(void)
{
    const bool may_wait = intr_are_enabled() && current_context()->lock_depth == 0;

    while (!kstack_begin_looking()) {
        if (!may_wait)
            return false;
        thread_yield();
    }
    return true;
}

/* Every thread but the boot CPU's idle thread lives in a slot of the stack window. */
void thread_for_each(void (*visit)(const struct thread *thread, void *argument), void *argument)
{
    const bool looks = begin_looking();

    visit(ready_queues[0].idle, argument);
    for (unsigned slot = 1; slot <= kstack_slots(); slot++) {
        const struct thread *thread = thread_of_slot(slot);
        if (thread && thread->magic == THREAD_MAGIC)
            visit(thread, argument);
    }
    if (looks)
        kstack_end_looking();
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

void thread_describe(const struct thread *thread, char *text, size_t size)
{
    const struct Env *env = __atomic_load_n(&thread->env, __ATOMIC_RELAXED);

    snprintf(text, size, "%s (process %d)", thread->name, env ? env->id : 0);
}

unsigned thread_count(void)
{
    uint32_t count = 1;                 /* the boot CPU's idle thread */

    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        count += __atomic_load_n(&cpus[cpu].statistics.threads, __ATOMIC_RELAXED);
    return count;
}
