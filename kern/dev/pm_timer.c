/* ACPI's power management timer (ACPI 6.4, 4.8.3.3): one port to read. */
#include "dev/machine.h"
#include "dev/reference_priv.h"
#include "pcpu/x86.h"

#define PM_TIMER_HZ     3579545u        /* wraps after 4.7 s at the earliest */
#define COUNT_24_BITS   0xffffffu

static uint32_t first;                  /* only the boot processor, at boot */

static uint32_t count_mask(void)
{
    return machine.pm_timer_is_32_bit ? UINT32_MAX : COUNT_24_BITS;
}

static uint32_t pm_timer_count(void)
{
    return inl(machine.pm_timer_port) & count_mask();
}

static uint64_t pm_timer_start(void)
{
    if (!machine.pm_timer_port)
        return 0;
    first = pm_timer_count();
    return PM_TIMER_HZ;
}

static uint64_t pm_timer_elapsed(void)
{
    return (pm_timer_count() - first) & count_mask();
}

const struct reference_clock pm_timer_reference = {
    .name = "the ACPI timer", .start = pm_timer_start, .elapsed = pm_timer_elapsed,
};
