/* The clock: time stamp counter and LAPIC timer, measured against the PIT. */
#include "dev/clock.h"

#include "dev/lapic.h"
#include "dev/log.h"
#include "dev/pit.h"
#include "lib/panic.h"
#include "pcpu/x86.h"

/* A measurement goes on until its error is known to be at most 1 in PRECISION, or for
 * WINDOW_MAX periods of the PIT (10 ms). */
#define PRECISION           1000u
#define WINDOW_MAX          (PIT_HZ / 100)
#define MEASUREMENTS        2u
#define FIRST_SAMPLES       8u
#define TURNS_MAX           1000000u    /* a PIT that runs ends a window long before */
#define RATE_ASSUMED        1000000000u /* what QEMU has with -icount, and the LAPIC always */
#define MICROSECONDS        1000000u

/* The three counters at one time: PIT and LAPIC were read between the two readings of the time
 * stamp counter.  If this CPU stood still meanwhile (a virtual one does, when its host is
 * busy), the two lie far apart, and the sample is not used. */
struct sample {
    uint64_t before, after;
    uint32_t pit, lapic;
};

struct measurement {
    uint64_t cycles;
    uint32_t lapic, pit;                /* counts in the same time; pit 0: not measured */
    uint64_t uncertainty;               /* in cycles */
};

/* Set once by clock_calibrate(), before other CPUs run. */
static uint64_t rate;                   /* cycles per second; 0: not calibrated */
static uint64_t epoch;                  /* the time stamp counter at time 0 */
static uint32_t scale;                  /* microseconds per cycle, times 2^32 */

static struct sample take_sample(void)
{
    struct sample s;

    s.before = rdtsc();
    s.pit = pit_elapsed();
    s.lapic = UINT32_MAX - lapic_timer_left();
    s.after = rdtsc();
    return s;
}

static struct sample take_best_sample(void)
{
    struct sample best = take_sample();

    for (unsigned i = 1; i < FIRST_SAMPLES; i++) {
        struct sample s = take_sample();
        if (s.after - s.before < best.after - best.before)
            best = s;
    }
    return best;
}

static struct measurement between(const struct sample *first, const struct sample *last)
{
    struct measurement m = {
        .cycles = (last->before + last->after - first->before - first->after) / 2,
        .lapic = last->lapic - first->lapic,
        .pit = last->pit - first->pit,
    };

    /* Each sample's time is known but for its width, and the PIT's but for one period. */
    m.uncertainty = (last->after - last->before) + (first->after - first->before) +
                    m.cycles / m.pit;
    return m;
}

/* Is `left` known better than `right`, in relation to its length? */
static bool is_better(const struct measurement *left, const struct measurement *right)
{
    return right->pit == 0 ||
           left->uncertainty * right->cycles < right->uncertainty * left->cycles;
}

/* Improves `best` by one window. */
static void measure(struct measurement *best)
{
    struct sample first, last;

    pit_start();
    first = take_best_sample();
    for (unsigned turns = 0; turns < TURNS_MAX; turns++) {
        last = take_sample();
        if (!pit_is_running())          /* stood still for so long that the PIT went round */
            return;
        if (last.pit <= first.pit)
            continue;
        struct measurement m = between(&first, &last);
        if (is_better(&m, best))
            *best = m;
        if (m.uncertainty * PRECISION <= m.cycles || m.pit >= WINDOW_MAX)
            return;
    }
}

static void start_clock(uint64_t cycles_per_second)
{
    rate = cycles_per_second;
    scale = (uint32_t)(((uint64_t)MICROSECONDS << 32) / rate);
    epoch = rdtsc();
}

void clock_calibrate(void)
{
    struct measurement best = { .pit = 0 };

    lapic_timer_count();
    for (unsigned i = 0; i < MEASUREMENTS; i++) {
        if (best.pit == 0 || best.uncertainty * PRECISION > best.cycles)
            measure(&best);
    }
    lapic_timer_stop();
    if (best.pit == 0) {
        KERN_WARN("the interval timer does not run: time is a guess\n");
        best = (struct measurement){ .cycles = RATE_ASSUMED, .lapic = RATE_ASSUMED,
                                     .pit = PIT_HZ };
    }
    lapic_timer_set_rate((uint32_t)((uint64_t)best.lapic * PIT_HZ / best.pit));
    start_clock(best.cycles * PIT_HZ / best.pit);
    KERN_DEBUG("%llu cycles and %u timer counts per second, measured in %llu us\n",
               rate, lapic_timer_rate(), best.cycles * MICROSECONDS / rate);
}

uint64_t clock_us(void)
{
    uint64_t cycles;

    if (rate == 0)
        return 0;
    cycles = rdtsc() - epoch;
    return (cycles >> 32) * scale + ((uint64_t)(uint32_t)cycles * scale >> 32);
}

uint64_t clock_cycles(void)
{
    return rdtsc();
}

uint64_t clock_rate(void)
{
    return rate;
}

void clock_delay_us(uint32_t microseconds)
{
    uint64_t start = clock_us();

    KERN_ASSERT(rate > 0);
    while (clock_us() - start < microseconds)
        pause();
}
