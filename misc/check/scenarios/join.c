/* A thread ends while another one waits for that.  The second scenario has all of it on one CPU,
 * which another one has begun: there the idle thread itself makes the joiner ready. */
#include "scenario.h"

#include "thread/thread_test.h"

static unsigned done;

static void work(void *unused)
{
    (void)unused;
    __atomic_fetch_add(&done, 1, __ATOMIC_RELAXED);
}

static void join(void *cpu)
{
    const struct thread_config config = {
        .name = "child", .start = work, .departed = test_departed,
        .cpu = (unsigned)(uintptr_t)cpu, .quota = &quota_root,
    };
    struct thread *child;
    int error = thread_spawn(&config, &child);

    REQUIRE(!error);
    thread_join(child);
    REQUIRE(done == 1);
}

static void start_joiner(void *unused)
{
    (void)unused;
    play("joiner", 1, join, (void *)1);
}

static void begin(void)
{
    play("joiner", 0, join, (void *)1);
}

static void begin_on_one(void)
{
    play("starter", 0, start_joiner, NULL);
}

SCENARIO(join, .begin = begin);
SCENARIO(join_on_one_cpu, .begin = begin_on_one);
