/* A CPU that does not answer; and what may be said of those that did. */
#include "dev/ap.h"

#include "abi/error.h"
#include "dev/ap_priv.h"
#include "dev/clock.h"
#include "dev/lapic.h"
#include "dev/machine.h"
#include "lib/ktest.h"
#include "lib/string.h"

#define PATIENCE        2000u           /* microseconds */

/* An APIC id that no CPU has. */
static uint32_t absent_apic_id(void)
{
    uint32_t id = 0xfe;

    for (unsigned cpu = 0; cpu < machine.ncpus; cpu++) {
        if (machine.apic_id[cpu] == id) {
            id--;
            cpu = 0;
        }
    }
    return id;
}

static void never_called(void)
{
}

KTEST(dev, ap_start_gives_up_a_silent_cpu)
{
    struct ap_request request = { absent_apic_id(), NULL, never_called, PATIENCE };
    uint64_t start = clock_us();

    lapic_send_init(request.apic_id);
    EXPECT_EQ(ap_start_request(&request), E_TIMEOUT);
    EXPECT(clock_us() - start >= PATIENCE);
    EXPECT_EQ(ap_stage(), AP_SILENT);
    EXPECT(strcmp(ap_stage_name(), "no answer") == 0);
}

KTEST(dev, machine_is_plausible)
{
    EXPECT(machine.ncpus >= 1 && machine.ncpus <= NUM_CPUS);
    EXPECT(lapic_is_online(0));
    for (unsigned i = 0; i < machine.ncpus; i++)
        for (unsigned j = 0; j < i; j++)
            EXPECT(machine.apic_id[i] != machine.apic_id[j]);
}
