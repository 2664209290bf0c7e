/* The clock and the LAPIC timer. */
#include "dev/clock.h"

#include "dev/lapic.h"
#include "dev/pit.h"
#include "lib/ktest.h"
#include "pcpu/pcpu.h"

#define THREADS         4u
#define READINGS        3000u
#define TRIES           50u
#define SPAN            2000u           /* microseconds */
#define TOLERANCE       50u             /* 1 in 50: calibration, and this test's own steps */

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

static bool is_near(uint64_t measured, uint64_t expected)
{
    uint64_t difference = measured > expected ? measured - expected : expected - measured;
    return difference <= expected / TOLERANCE;
}

/* Two clocks are compared over a short span with interrupts off.  A virtual CPU may stand still
 * between two readings, so one good try of many is enough: clocks that disagree never have
 * one. */
static bool pit_agrees(void)
{
    uint64_t start, elapsed, measured;

    intr_local_disable();
    pit_start();
    start = clock_us();
    do
        elapsed = clock_us() - start;
    while (elapsed < SPAN);
    measured = (uint64_t)pit_elapsed() * 1000000 / PIT_HZ;
    intr_local_enable();
    return is_near(measured, elapsed);
}

KTEST(dev, clock_agrees_with_the_interval_timer)
{
    bool agreed = false;

    for (unsigned i = 0; i < TRIES && !agreed; i++)
        agreed = pit_agrees();
    EXPECT(agreed);
}

/* The running periodic timer: a span within one period, in which it does not start anew. */
static bool lapic_timer_agrees(void)
{
    uint64_t start, elapsed;
    uint32_t before, after;

    intr_local_disable();
    start = clock_us();
    before = lapic_timer_left();
    clock_delay_us(SPAN / 10);
    after = lapic_timer_left();
    elapsed = clock_us() - start;
    intr_local_enable();
    return after < before && is_near((uint64_t)(before - after) * 1000000 / lapic_timer_rate(),
                                     elapsed);
}

KTEST(dev, lapic_timer_agrees_with_the_clock)
{
    bool agreed = false;

    for (unsigned i = 0; i < TRIES && !agreed; i++)
        agreed = lapic_timer_agrees();
    EXPECT(agreed);
}
