/* Attack: a program makes a crowd of threads, and then calls that concern all of them at once: a
 * wake, the end of what they all wait for, deadlines at one moment, a look, another CPU, stop and
 * go, a kill.
 *
 * Must hold: no thread is forgotten.  And interrupts are off for a bounded time, however large the
 * crowd: `make sections` measures that. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "info.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

enum { CROWD = 60, CROWD_MAX = 2000, PAGES_PER_THREAD = 10, OWN_PAGES = 80,
       CHILD_PAGES = 150, SOON_US = 100000 };

static uint32_t gate;
static unsigned waiting;                /* about to wait at the gate */
static uint64_t alarm_us;

static void *wait_at_gate(void *unused UNUSED)
{
    __atomic_fetch_add(&waiting, 1, __ATOMIC_RELAXED);
    while (!__atomic_load_n(&gate, __ATOMIC_ACQUIRE))
        sys_futex_wait(&gate, 0, 0);
    return NULL;
}

static void *wait_for_child(void *unused UNUSED)
{
    int child, status, error = sys_wait(WAIT_ANY, &child, &status);

    CHECK(error == 0 || error == E_NO_CHILD);
    return NULL;
}

static void *wait_for_alarm(void *unused UNUSED)
{
    uint64_t now = time_us();

    if (now < alarm_us)
        sleep_us((unsigned)(alarm_us - now));
    return NULL;
}

static struct thread *threads[CROWD_MAX];

static void start_crowd(unsigned count, void *(*body)(void *))
{
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(thread_create(&threads[i], body, NULL), 0);
}

static void join_crowd(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        thread_join(threads[i]);
}

static void open_gate(unsigned count)
{
    unsigned woken;

    start_crowd(count, wait_at_gate);
    while (__atomic_load_n(&waiting, __ATOMIC_RELAXED) < count)
        sleep_us(1000);
    __atomic_store_n(&gate, 1, __ATOMIC_RELEASE);
    CHECK_EQ(sys_futex_wake(&gate, UINT32_MAX, &woken), 0);
    join_crowd(count);
}

static void end_child(char **argv, unsigned size, unsigned count)
{
    int child = attack_start(argv, size, "sleeper", OWN_PAGES);

    start_crowd(count, wait_for_child);
    CHECK_EQ(sys_kill(child), 0);
    join_crowd(count);
}

static void let_alarm_ring(unsigned count)
{
    alarm_us = time_us() + SOON_US;
    start_crowd(count, wait_for_alarm);
    join_crowd(count);
}

/* The child's crowd waits at its gate, or is about to. */
static void order_about(char **argv, unsigned size, unsigned count)
{
    int child = attack_start(argv, size, "crowd",
                             attack_afford(PAGES_PER_THREAD * count + CHILD_PAGES, 1));
    struct process_info before = { 0 }, info = { 0 };

    attack_await(child);
    CHECK(find_process(child, &before));
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++)
        CHECK_EQ(sys_set_affinity(child, 1ull << cpu), 0);
    CHECK_EQ(sys_env_set_status(child, ENV_NOT_RUNNABLE), 0);
    CHECK(find_process(child, &info) && info.state == INFO_STOPPED);
    CHECK_EQ(sys_env_set_status(child, ENV_RUNNABLE), 0);
    CHECK(find_process(child, &info) && info.threads == before.threads);
    CHECK_EQ(attack_end(child), STATUS_KILLED);
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    unsigned count = attack_afford(MIN(CROWD * size, (unsigned)CROWD_MAX), PAGES_PER_THREAD);

    if (attack_is(argc, argv, "sleeper"))
        sleep_us(0xffffffff);
    if (attack_is(argc, argv, "crowd")) {
        start_crowd(count, wait_at_gate);
        attack_report();
        wait_at_gate(NULL);
    }
    order_about(argv, size, count);
    open_gate(count);
    end_child(argv, size, count);
    let_alarm_ring(count);
    return check_result();
}
