/* The clock: time stamp counter and LAPIC timer, measured against a timer of a known rate. */
#include "dev/clock.h"

#include "dev/lapic.h"
#include "dev/reference_priv.h"
#include "pcpu/x86.h"

/* A measurement goes on until its error is known to be at most 1 in PRECISION, or for 1 second /
 * WINDOWS. */
enum {
    PRECISION = 1000,
    WINDOWS = 100,
    MEASUREMENTS = 2,
    FIRST_SAMPLES = 8,
    TURNS_MAX = 200000,                 /* a timer that counts ends a window long before */
    MICROSECONDS = 1000000,
};

/* The rate of the first two is the same in every machine, the third tells its own.  What CPUID
 * says comes last: nothing is measured, a hypervisor may pass on what is true of its host only,
 * and one of the ways in which it is told is rounded. */
const struct reference_clock *const clock_references[NUM_REFERENCES] = {
    &pit_reference, &pm_timer_reference, &hpet_reference, &cycles_reference,
};

/* The three counters at one time: the other two were read between the two readings of the time
 * stamp counter.  If this CPU stood still meanwhile (a virtual one does, when its host is
 * busy), the two lie far apart, and the sample is not used. */
struct sample {
    uint64_t before, after;
    uint64_t reference;
    uint32_t lapic;
};

struct measurement {
    uint64_t cycles;
    uint64_t reference;                 /* counts in the same time; 0: not measured */
    uint32_t lapic;
    uint64_t uncertainty;               /* in cycles */
};

/* [I] set once by clock_calibrate(), before other CPUs run */
static uint64_t rate;                   /* [I] cycles per second; 0: not calibrated */
static uint64_t epoch;                  /* [I] the time stamp counter at time 0 */
static uint32_t scale;                  /* [I] microseconds per cycle, times 2^32 */

static struct sample take_sample(const struct reference_clock *reference)
{
    struct sample s;

    s.before = rdtsc();
    s.reference = reference->elapsed();
    s.lapic = UINT32_MAX - lapic_timer_left();
    s.after = rdtsc();
    return s;
}

static struct sample take_best_sample(const struct reference_clock *reference)
{
    struct sample best = take_sample(reference);

    for (unsigned i = 1; i < FIRST_SAMPLES; i++) {
        struct sample s = take_sample(reference);
        if (s.after - s.before < best.after - best.before)
            best = s;
    }
    return best;
}

static struct measurement measurement_between(const struct sample *first, const struct sample *last)
{
    struct measurement m = {
        .cycles = (last->before + last->after - first->before - first->after) / 2,
        .lapic = last->lapic - first->lapic,
        .reference = last->reference - first->reference,
    };

    /* Each sample's time is known but for its width, and the reference's but for one period. */
    m.uncertainty = (last->after - last->before) + (first->after - first->before) +
                    m.cycles / m.reference;
    return m;
}

/* Is `left` known better than `right`, in relation to its length? */
static bool is_better(const struct measurement *left, const struct measurement *right)
{
    return right->reference == 0 ||
           left->uncertainty * right->cycles < right->uncertainty * left->cycles;
}

/* Improves `best` by one window of at most `window` periods of the reference, which was started
 * just now. */
static void measure_window(const struct reference_clock *reference, uint64_t window,
                           struct measurement *best)
{
    struct sample first = take_best_sample(reference), last;

    for (unsigned turns = 0; turns < TURNS_MAX; turns++) {
        last = take_sample(reference);
        if (reference->is_running && !reference->is_running())
            return;                     /* not there, or it went round while we stood still */
        if (last.reference <= first.reference)
            continue;
        struct measurement m = measurement_between(&first, &last);
        if (is_better(&m, best))
            *best = m;
        if (m.uncertainty * PRECISION <= m.cycles || m.reference >= window)
            return;
    }
}

static void start_clock(uint64_t cycles_per_second)
{
    rate = cycles_per_second;
    scale = (uint32_t)(((uint64_t)MICROSECONDS << 32) / rate);
    epoch = rdtsc();
}

/* Sets both rates by this reference, if the machine has it and it counts. */
static bool calibrate_by(const struct reference_clock *reference)
{
    struct measurement best = { .reference = 0 };
    uint64_t hz = 0;

    for (unsigned i = 0; i < MEASUREMENTS; i++) {
        if (best.reference > 0 && best.uncertainty * PRECISION <= best.cycles)
            break;
        hz = reference->start();
        if (hz == 0)
            return false;
        measure_window(reference, hz / WINDOWS, &best);
    }
    if (best.reference == 0)
        return false;
    lapic_timer_set_rate((uint32_t)(best.lapic * hz / best.reference));
    start_clock(reference == &cycles_reference ? hz : best.cycles * hz / best.reference);
    return true;
}

const char *clock_calibrate(void)
{
    const char *name = NULL;

    lapic_timer_count();
    for (unsigned i = 0; i < NUM_REFERENCES && !name; i++)
        if (calibrate_by(clock_references[i]))
            name = clock_references[i]->name;
    lapic_timer_stop();
    return name;
}

uint64_t clock_us(void)
{
    if (rate == 0)
        return 0;
    uint64_t cycles = rdtsc() - epoch;
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

#ifdef DEBUG
void clock_stop(void)
{
    scale = 0;
}

void clock_set_forward(int seconds)
{
    epoch -= (uint64_t)seconds * rate;
}
#endif
