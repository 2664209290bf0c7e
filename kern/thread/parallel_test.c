/* ktest_parallel(): the threads on which the stress tests of all layers run. */
#include "lib/ktest.h"

#include "lib/assert.h"
#include "lib/string.h"
#include "pmm/pmm.h"
#include "thread/queue_priv.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

enum { PARALLEL_MAX = 32 };

struct part {
    unsigned index;
    void   (*function)(unsigned index, void *argument);
    void    *argument;
};

static void run_part(void *argument)
{
    const struct part *part = argument;

    part->function(part->index, part->argument);
}

/* The n-th CPU that is online, counted around. */
unsigned test_cpu(unsigned n)
{
    unsigned online = 0;

    FOR_EACH_ONLINE_CPU(cpu)
        online++;
    unsigned left = n % online;
    FOR_EACH_ONLINE_CPU(cpu)
        if (left-- == 0)
            return cpu;
    KERN_PANIC("no CPU is online");
}

struct thread *test_spawn(unsigned cpu, void (*start)(void *), void *argument)
{
    struct thread *thread;
    const char *name = strchr(ktest_running->name, '.') + 1;    /* after the layer's */
    const struct thread_config config = { .name = name, .start = start, .argument = argument,
                                          .departed = test_departed,
                                          .cpu = cpu, .quota = &quota_root };

    if (thread_spawn(&config, &thread))
        KERN_PANIC("no memory for a test's thread");
    return thread;
}

HANDS_OVER
enum thread_state test_state(const struct thread *thread)
{
    struct ready_queue *queue = queue_lock_home(thread);
    enum thread_state state = thread->state;

    spinlock_release(&queue->lock);
    return state;
}

bool test_can_run(const struct thread *thread)
{
    enum thread_state state = test_state(thread);

    return state == THREAD_READY || state == THREAD_RUNNING;
}

unsigned test_look(struct spinlock *lock, const unsigned *word)
{
    spinlock_acquire(lock);
    unsigned value = *word;
    spinlock_release(lock);
    return value;
}

static void run_in_parallel(unsigned nthreads, void (*function)(unsigned, void *), void *argument)
{
    struct part parts[PARALLEL_MAX];
    struct thread *threads[PARALLEL_MAX];

    KERN_ASSERT(nthreads <= PARALLEL_MAX);
    for (unsigned i = 0; i < nthreads; i++) {
        parts[i] = (struct part){ i, function, argument };
        threads[i] = test_spawn(test_cpu(i), run_part, &parts[i]);
    }
    for (unsigned i = 0; i < nthreads; i++)
        thread_join(threads[i]);
}

void thread_test_init(void)
{
    ktest_parallel = run_in_parallel;
    ktest_yield = thread_yield;
    ktest_set_space = thread_set_space;
}
