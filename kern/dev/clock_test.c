/* The clock and the LAPIC timer. */
#include "dev/clock.h"

#include "dev/lapic.h"
#include "dev/pit.h"
#include "lib/ktest.h"
#include "pcpu/pcpu.h"

#define THREADS         4u
#define READINGS        3000u
#define TRIES           50u
#define ENOUGH          3u              /* tries that agreed */
#define SPAN            2000u           /* microseconds */
#define TOLERANCE       100u            /* 1 in 100, ten times what calibration allows */

/* Atomic: the greatest time that any thread has read, in 32 bits: differences count. */
static uint32_t latest;

static void read_clock(unsigned index, void *backwards)
{
    (void)index;
    for (unsigned i = 0; i < READINGS; i++) {
        uint32_t before = __atomic_load_n(&latest, __ATOMIC_SEQ_CST);
        uint32_t now = (uint32_t)clock_us();
        if ((int32_t)(now - before) < 0)
            __atomic_add_fetch((unsigned *)backwards, 1, __ATOMIC_RELAXED);
        while ((int32_t)(now - before) > 0 &&
               !__atomic_compare_exchange_n(&latest, &before, now, false,
                                            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            continue;
    }
}

KTEST(dev, clock_is_monotonic_over_cpus)
{
    unsigned backwards = 0;

    latest = (uint32_t)clock_us();
    ktest_parallel(THREADS, read_clock, &backwards);
    EXPECT_EQ(backwards, 0);
}

KTEST(dev, clock_delay_is_long_enough)
{
    static const uint32_t delays[] = { 0, 1, 10, 100, 3000 };

    for (unsigned i = 0; i < ARRAY_SIZE(delays); i++) {
        uint64_t start = clock_us();
        clock_delay_us(delays[i]);
        EXPECT(clock_us() - start >= delays[i]);
    }
}

/* How long something took by the clock: somewhere between the two. */
struct span {
    uint64_t least, most;
};

enum verdict { AGREES, DIFFERS, UNKNOWN };

static enum verdict compare(uint64_t measured, const struct span *span)
{
    bool agrees = measured + measured / TOLERANCE + 1 >= span->least &&
                  measured <= span->most + span->most / TOLERANCE + 1;
    return agrees ? AGREES : DIFFERS;
}

/* A virtual CPU may stand still between any two readings.  So the clock is read before and
 * after each reading of the other counter: then no pause makes clocks differ that agree. */
static enum verdict compare_interval_timer(void)
{
    uint64_t before_start = clock_us(), after_start, before_end;
    uint32_t start, elapsed;
    struct span span;

    pit_start();
    start = pit_elapsed();
    after_start = clock_us();
    clock_delay_us(SPAN);
    before_end = clock_us();
    elapsed = pit_elapsed() - start;
    span = (struct span){ before_end - after_start, clock_us() - before_start };
    if (!pit_is_running())              /* has gone round */
        return UNKNOWN;
    return compare((uint64_t)elapsed * 1000000 / PIT_HZ, &span);
}

/* The running periodic timer, within one period: after that it starts anew. */
static enum verdict compare_lapic_timer(void)
{
    uint64_t before_start = clock_us(), after_start, before_end;
    uint32_t start = lapic_timer_left(), end;
    struct span span;

    after_start = clock_us();
    clock_delay_us(SPAN / 8);
    before_end = clock_us();
    end = lapic_timer_left();
    span = (struct span){ before_end - after_start, clock_us() - before_start };
    if (end >= start || span.most >= 1000000 / LAPIC_TIMER_INTR_FREQ)
        return UNKNOWN;
    return compare((uint64_t)(start - end) * 1000000 / lapic_timer_rate(), &span);
}

/* Each try with interrupts off, and so on one CPU. */
static void expect_agreement(enum verdict (*try)(void))
{
    unsigned agreed = 0, differed = 0;

    for (unsigned i = 0; i < TRIES && agreed < ENOUGH; i++) {
        enum verdict verdict;
        intr_local_disable();
        verdict = try();
        intr_local_enable();
        agreed += verdict == AGREES;
        differed += verdict == DIFFERS;
    }
    EXPECT_EQ(differed, 0);
    EXPECT(agreed > 0);
}

KTEST(dev, clock_agrees_with_the_interval_timer)
{
    expect_agreement(compare_interval_timer);
}

KTEST(dev, lapic_timer_agrees_with_the_clock)
{
    expect_agreement(compare_lapic_timer);
}
