/* The high precision event timer (IA-PC HPET specification 1.0a): its main counter. */
#include "dev/hpet_priv.h"

#include "dev/machine.h"
#include "dev/reference_priv.h"

#define PERIOD              0x004       /* registers: 2.3; the high half of the capabilities */
#define CONFIGURATION       0x010
#define COUNTER             0x0f0       /* its low half */

#define ENABLED             1u
#define PERIOD_MAX          100000000u  /* femtoseconds: 2.3.4 */
#define PERIOD_MIN          1000000u    /* 1 GHz: no timer is as fast, or 32 bits wrap in 4 s */
#define SECOND              1000000000000000ull

static uint32_t first;                  /* only the boot processor, at boot */

static volatile uint32_t *hpet_register(uint32_t offset)
{
    return (volatile uint32_t *)(machine.hpet + offset);
}

uint64_t hpet_rate(uint32_t femtoseconds)
{
    if (femtoseconds < PERIOD_MIN || femtoseconds > PERIOD_MAX)
        return 0;
    return SECOND / femtoseconds;
}

static uint64_t hpet_start(void)
{
    uint64_t rate = machine.hpet ? hpet_rate(*hpet_register(PERIOD)) : 0;

    if (rate == 0)
        return 0;
    *hpet_register(CONFIGURATION) |= ENABLED;
    first = *hpet_register(COUNTER);
    return rate;
}

static uint64_t hpet_elapsed(void)
{
    return *hpet_register(COUNTER) - first;
}

const struct reference_clock hpet_reference = {
    .name = "the HPET", .start = hpet_start, .elapsed = hpet_elapsed,
};
