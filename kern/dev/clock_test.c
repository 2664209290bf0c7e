/* The clock and the LAPIC timer. */
#include "dev/clock.h"
#include "dev/delay_test.h"

#include "dev/cpuid_rate_priv.h"
#include "dev/hpet_priv.h"
#include "dev/lapic.h"
#include "dev/reference_priv.h"
#include "lib/ktest.h"
#include "lib/string.h"
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

static enum verdict compare_span(uint64_t measured, const struct span *span)
{
    bool agrees = measured + measured / TOLERANCE + 1 >= span->least &&
                  measured <= span->most + span->most / TOLERANCE + 1;
    return agrees ? AGREES : DIFFERS;
}

/* The step is exact but for the time that passes on the way, which the second call takes back. */
KTEST(dev, clock_counts_more_than_32_bits)
{
    enum { SECONDS = 100000 };

    intr_local_disable();
    uint64_t before = clock_us();
    clock_set_forward(SECONDS);
    uint64_t later = clock_us();
    clock_set_forward(-SECONDS);
    uint64_t after = clock_us();
    intr_local_enable();
    struct span span = { SECONDS * 1000000ull, SECONDS * 1000000ull + after - before };
    EXPECT_EQ(compare_span(later - before, &span), AGREES);
}

static const struct reference_clock *reference;

/* A virtual CPU may stand still between any two readings.  So the clock is read before and
 * after each reading of the other counter: then no pause makes clocks differ that agree. */
static enum verdict compare_reference(void)
{
    uint64_t before_start = clock_us(), after_start, before_end;
    uint64_t hz = reference->start(), start = reference->elapsed(), elapsed;

    after_start = clock_us();
    clock_delay_us(SPAN);
    before_end = clock_us();
    elapsed = reference->elapsed() - start;
    struct span span = { before_end - after_start, clock_us() - before_start };
    if (reference->is_running && !reference->is_running())      /* has gone round */
        return UNKNOWN;
    return compare_span(elapsed * 1000000 / hz, &span);
}

/* The running periodic timer, within one period: after that it starts anew. */
static enum verdict compare_lapic_timer(void)
{
    uint64_t before_start = clock_us(), after_start, before_end;
    uint32_t start = lapic_timer_left(), end;

    after_start = clock_us();
    clock_delay_us(SPAN / 8);
    before_end = clock_us();
    end = lapic_timer_left();
    struct span span = { before_end - after_start, clock_us() - before_start };
    if (end >= start || span.most >= 1000000 / LAPIC_TIMER_INTR_FREQ)
        return UNKNOWN;
    return compare_span((uint64_t)(start - end) * 1000000 / lapic_timer_rate(), &span);
}

/* Each try with interrupts off, and so on one CPU. */
static void expect_agreement(enum verdict (*try)(void))
{
    unsigned agreed = 0, differed = 0;

    for (unsigned i = 0; i < TRIES && agreed < ENOUGH; i++) {
        intr_local_disable();
        enum verdict verdict = try();
        intr_local_enable();
        agreed += verdict == AGREES;
        differed += verdict == DIFFERS;
    }
    EXPECT_EQ(differed, 0);
    EXPECT(agreed > 0);
}

/* Whatever timers of a known rate the machine has, they agree with the clock: each is a way to
 * calibrate it. */
KTEST(dev, clock_agrees_with_each_reference)
{
    unsigned count = 0;

    for (unsigned i = 0; i < NUM_REFERENCES; i++) {
        reference = clock_references[i];
        if (reference->start() == 0)
            continue;
        count++;
        expect_agreement(compare_reference);
    }
    EXPECT(count > 0);
}

KTEST(dev, lapic_timer_agrees_with_the_clock)
{
    expect_agreement(compare_lapic_timer);
}

KTEST(dev, hpet_rate)
{
    EXPECT_EQ(hpet_rate(69841279), 14318179);   /* Intel's usual one, and QEMU's */
    EXPECT_EQ(hpet_rate(10000000), 100000000);
    EXPECT_EQ(hpet_rate(100000000), 10000000);
    EXPECT_EQ(hpet_rate(100000001), 0);         /* longer than is allowed */
    EXPECT_EQ(hpet_rate(0), 0);
    EXPECT_EQ(hpet_rate(UINT32_MAX), 0);        /* nothing answers there */
}

/* A make-believe CPU: the last leaf, and what leaf 1, 15h, 16h and the hypervisor's say. */
static struct {
    uint32_t last, features;
    struct cpuid_result crystal, frequency;
    uint32_t last_of_hypervisor, hypervisor_khz;
} fake;

static struct cpuid_result fake_leaf(uint32_t leaf, uint32_t subleaf)
{
    EXPECT(subleaf == 0 && (leaf <= fake.last || leaf >= 0x40000000));
    switch (leaf) {
    case 0:             return (struct cpuid_result){ .eax = fake.last };
    case 1:             return (struct cpuid_result){ .ecx = fake.features };
    case 0x15:          return fake.crystal;
    case 0x16:          return fake.frequency;
    case 0x40000000:    return (struct cpuid_result){ .eax = fake.last_of_hypervisor };
    case 0x40000010:    return (struct cpuid_result){ .eax = fake.hypervisor_khz };
    }
    return (struct cpuid_result){ 0, 0, 0, 0 };
}

KTEST(dev, rate_told_by_cpuid)
{
    memset(&fake, 0, sizeof fake);
    fake.last = 1;
    EXPECT_EQ(cpuid_rate(fake_leaf), 0);
    fake.last = 0x16;
    EXPECT_EQ(cpuid_rate(fake_leaf), 0);
    fake.frequency.eax = 0xffff0000 | 2900;
    EXPECT_EQ(cpuid_rate(fake_leaf), 2900000000);
    fake.crystal = (struct cpuid_result){ .eax = 2, .ebx = 242 };       /* of an unknown crystal */
    EXPECT_EQ(cpuid_rate(fake_leaf), 2900000000);
    fake.crystal.ecx = 24000000;
    EXPECT_EQ(cpuid_rate(fake_leaf), 2904000000);
    fake.crystal = (struct cpuid_result){ 1, UINT32_MAX, UINT32_MAX, 0 };      /* absurd */
    EXPECT_EQ(cpuid_rate(fake_leaf), 2900000000);
    fake.last = 0x15;
    fake.crystal = (struct cpuid_result){ 1, 125, 38400000, 0 };        /* more than 32 bits */
    EXPECT_EQ(cpuid_rate(fake_leaf), 4800000000);
}

KTEST(dev, rate_told_by_a_hypervisor)
{
    memset(&fake, 0, sizeof fake);
    fake.last = 0x16;
    fake.frequency.eax = 2900;
    fake.last_of_hypervisor = 0x40000010;
    fake.hypervisor_khz = 2100000;
    EXPECT_EQ(cpuid_rate(fake_leaf), 2900000000);       /* there is none */
    fake.features = 1u << 31;
    EXPECT_EQ(cpuid_rate(fake_leaf), 2100000000);
    fake.hypervisor_khz = 0;
    EXPECT_EQ(cpuid_rate(fake_leaf), 2900000000);
    fake.hypervisor_khz = UINT32_MAX;
    EXPECT_EQ(cpuid_rate(fake_leaf), 2900000000);
    fake.hypervisor_khz = 2100000;
    fake.last_of_hypervisor = 0x4000000f;               /* which does not say */
    EXPECT_EQ(cpuid_rate(fake_leaf), 2900000000);
}
