/* Tests of the rings of events. */
#include "thread/events.h"

#include "lib/ktest.h"
#include "lib/string.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

static void do_nothing(void *unused)
{
    (void)unused;
}

/* The first event of a kind of that thread on a CPU, from a number on; 0 if there is none. */
static uint32_t find_event(unsigned cpu, uint32_t from, enum event_kind kind, const char *name)
{
    struct event event;

    for (uint32_t number = from; number <= events_count(cpu); number++)
        if (events_get(cpu, number, &event) && event.kind == kind &&
            strcmp(event.name, name) == 0)
            return number;
    return 0;
}

/* Threads of tests bear the test's name, as far as it fits. */
KTEST(thread, events_of_a_thread)
{
    struct event event;
    char name[sizeof event.name];
    unsigned cpu = test_cpu(0);
    uint32_t begin = events_count(cpu);

    strlcpy(name, "events_of_a_thread", sizeof name);
    events_switch(true);
    thread_join(test_spawn(cpu, do_nothing, NULL));
    events_switch(false);
    uint32_t end = events_count(cpu);
    uint32_t wake = find_event(cpu, begin + 1, EVENT_WAKE, name);
    uint32_t run = find_event(cpu, begin + 1, EVENT_RUN, name);
    if (test_cpu(0) == get_pcpu_idx())
        EXPECT(wake > begin && wake < run);
    EXPECT(run > begin && run <= end);

    thread_join(test_spawn(cpu, do_nothing, NULL));     /* off: nothing is noted */
    EXPECT_EQ(events_count(cpu), end);
}

/* Readers see whole events or none while CPUs write. */
static void write_or_read(unsigned index, void *unused)
{
    struct event event;

    (void)unused;
    for (unsigned round = 0; round < 2000; round++) {
        if (index % 2) {
            thread_yield();
            continue;
        }
        for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++) {
            uint32_t number = events_count(cpu);
            if (events_get(cpu, number, &event))
                EXPECT(event.number == number && event.kind <= EVENT_KILL &&
                       strnlen(event.name, sizeof event.name) < sizeof event.name);
        }
    }
}

KTEST(thread, events_are_whole)
{
    struct event event;

    events_switch(true);
    ktest_parallel(8, write_or_read, NULL);
    events_switch(false);
    EXPECT(!events_get(0, 0, &event));
    EXPECT(!events_get(0, events_count(0) + 1, &event));
    if (events_count(0) > EVENTS_KEPT)
        EXPECT(!events_get(0, events_count(0) - EVENTS_KEPT, &event));
}
