/* The time stamp counter's rate, as it is told. */
#include "dev/cpuid_rate_priv.h"

#include "dev/reference_priv.h"

#define FEATURES                1u
#define FEATURE_HYPERVISOR      (1u << 31)      /* ECX */
#define CRYSTAL                 0x15u           /* SDM vol. 2, CPUID, leaves 15h and 16h */
#define FREQUENCY               0x16u
#define FREQUENCY_MHZ           0xffffu         /* EAX */
#define HYPERVISOR              0x40000000u     /* its last leaf is in EAX */
#define HYPERVISOR_TIMING       0x40000010u     /* EAX: kHz; VMware's, and others have it, too */

#define RATE_MIN                50000000u       /* what can be true */
#define RATE_MAX                100000000000ull

static uint64_t plausible_rate(uint64_t rate)
{
    return rate >= RATE_MIN && rate <= RATE_MAX ? rate : 0;
}

static uint64_t hypervisor_rate(cpuid_reader leaf)
{
    if (!(leaf(FEATURES, 0).ecx & FEATURE_HYPERVISOR) ||
        leaf(HYPERVISOR, 0).eax < HYPERVISOR_TIMING)
        return 0;
    return plausible_rate(leaf(HYPERVISOR_TIMING, 0).eax * 1000ull);
}

/* A crystal's rate times a fraction. */
static uint64_t crystal_rate(cpuid_reader leaf)
{
    if (leaf(0, 0).eax < CRYSTAL)
        return 0;
    struct cpuid_result r = leaf(CRYSTAL, 0);
    return r.eax ? plausible_rate((uint64_t)r.ecx * r.ebx / r.eax) : 0;
}

/* The base frequency, in whole MHz: the counter's rate on CPUs that do not tell the crystal's. */
static uint64_t base_rate(cpuid_reader leaf)
{
    if (leaf(0, 0).eax < FREQUENCY)
        return 0;
    return plausible_rate((leaf(FREQUENCY, 0).eax & FREQUENCY_MHZ) * 1000000ull);
}

/* The hypervisor first: it may have given the guest a counter of another rate than the CPU's. */
uint64_t cpuid_rate(cpuid_reader leaf)
{
    uint64_t rate = hypervisor_rate(leaf);

    if (rate == 0)
        rate = crystal_rate(leaf);
    return rate ? rate : base_rate(leaf);
}

static uint64_t first;                  /* only the boot processor, at boot */

static uint64_t cpuid_start(void)
{
    first = rdtsc();
    return cpuid_rate(cpuid);
}

static uint64_t cpuid_elapsed(void)
{
    return rdtsc() - first;
}

const struct reference_clock cycles_reference = {
    .name = "what CPUID says", .start = cpuid_start, .elapsed = cpuid_elapsed,
};
