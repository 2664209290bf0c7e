/* Tests of the record of what happens (pcpu/trace.h). */
#include "lib/ktest.h"
#include "pcpu/trace.h"
#include "thread/sched.h"
#include "thread/thread_test.h"

static void do_nothing(void *unused)
{
    (void)unused;
}

/* Debug kernels record always: what a test switches off goes on after it. */
static void record_again(void)
{
    trace_switch(true);
}

/* The first record of an event of that thread on a CPU, from a number on; UINT32_MAX: none. */
static uint32_t find_record(unsigned cpu, uint32_t from, enum trace_event event,
                            const struct thread *thread)
{
    struct trace_record record;

    for (uint32_t number = from; number < trace_count(cpu); number++)
        if (trace_get(cpu, number, &record) && trace_event_of(&record) == event &&
            record.subject == (uintptr_t)thread)
            return number;
    return UINT32_MAX;
}

static void record_thread(unsigned cpu, struct thread **thread)
{
    trace_switch(true);
    *thread = test_spawn(cpu, do_nothing, NULL);
    thread_join(*thread);
    trace_switch(false);
}

KTEST(thread, record_of_a_thread)
{
    struct thread *thread;
    unsigned cpu = get_pcpu_idx();
    uint32_t begin = trace_count(cpu);

    record_thread(cpu, &thread);
    uint32_t ready = find_record(cpu, begin, TRACE_READY, thread);
    uint32_t run = find_record(cpu, ready, TRACE_RUN, thread);
    uint32_t end = find_record(cpu, run, TRACE_DEPART, thread);
    record_again();
    EXPECT(begin <= ready && ready < run && run < end && end != UINT32_MAX);
}

KTEST(thread, record_of_nothing_while_off)
{
    struct thread *thread;
    unsigned cpu = test_cpu(0);

    record_thread(cpu, &thread);
    uint32_t end = trace_count(cpu);
    thread_join(test_spawn(cpu, do_nothing, NULL));
    EXPECT_EQ(trace_count(cpu), end);
    record_again();
}

/* Each record is the number of its turn twice, so that a torn one shows. */
static void write_or_read(unsigned index, void *unused)
{
    struct trace_record record;

    (void)unused;
    for (uint32_t round = 0; round < 2000; round++) {
        if (index % 2) {
            trace_note(TRACE_GET, round, round);
            continue;
        }
        for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
            if (trace_get(cpu, trace_count(cpu) - trace_kept(cpu) + 1, &record) &&
                trace_event_of(&record) == TRACE_GET)
                EXPECT_EQ(record.subject, record.value);
    }
}

KTEST(thread, record_is_whole)
{
    ktest_parallel(8, write_or_read, NULL);
}

KTEST(thread, record_keeps_the_latest)
{
    struct trace_record record;
    unsigned cpu = get_pcpu_idx();

    trace_switch(true);
    uint32_t flags = intr_save();
    for (uint32_t i = 0; i < TRACE_RECORDS_PER_CHUNK * TRACE_CHUNKS_MAX + 1; i++)
        trace_note(TRACE_GET, i, i);
    uint32_t count = trace_count(cpu), kept = trace_kept(cpu);
    intr_restore(flags);
    trace_switch(false);
    EXPECT(trace_get(cpu, count - 1, &record));
    EXPECT_EQ(record.subject, TRACE_RECORDS_PER_CHUNK * TRACE_CHUNKS_MAX);
    EXPECT(!trace_get(cpu, count - kept, &record));     /* might be written just now */
    EXPECT(!trace_get(cpu, trace_count(cpu), &record));
    record_again();
}
