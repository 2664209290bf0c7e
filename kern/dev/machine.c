/* Filling in struct machine.  No hardware is touched here. */
#include "dev/machine.h"

#include "dev/machine_tables_priv.h"
#include "lib/string.h"

#define XAPIC_ID_MAX        0xfeu       /* 0xff means all CPUs (SDM vol. 3, 10.6.2.1) */

struct machine machine;

void machine_set_defaults(struct machine *out)
{
    *out = (struct machine){ .source = "none", .apic_id_max = XAPIC_ID_MAX };
    for (unsigned irq = 0; irq < NUM_ISA_IRQS; irq++)
        out->irq[irq] = (struct machine_irq){ irq, ACTIVE_HIGH, EDGE_TRIGGERED };
}

static unsigned index_of(const struct machine *m, uint32_t apic_id)
{
    unsigned i = 0;

    while (i < m->ncpus && m->apic_id[i] != apic_id)
        i++;
    return i;
}

void machine_add_cpu(struct machine *out, uint32_t apic_id)
{
    bool known = index_of(out, apic_id) < out->ncpus;

    if (known || apic_id > out->apic_id_max || out->ncpus == NUM_CPUS)
        out->cpus_ignored++;
    else
        out->apic_id[out->ncpus++] = apic_id;
}

void machine_add_ioapic(struct machine *out, const struct machine_ioapic *ioapic)
{
    if (ioapic->base < DEVICE_LO || out->nioapics == MAX_IOAPICS)
        out->ioapics_ignored++;
    else
        out->ioapic[out->nioapics++] = *ioapic;
}

void machine_set_boot_cpu(struct machine *out, uint32_t apic_id)
{
    unsigned i = index_of(out, apic_id);

    if (i == NUM_CPUS) {                /* not among those kept: instead of the last one */
        i = NUM_CPUS - 1;
        out->cpus_ignored++;
    } else if (i == out->ncpus) {
        out->ncpus++;
    }
    /* The others keep their order. */
    memmove(&out->apic_id[1], &out->apic_id[0], i * sizeof out->apic_id[0]);
    out->apic_id[0] = apic_id;
}

unsigned machine_cpus_in_boot_package(const struct machine *m, unsigned room)
{
    unsigned count = 0, shift = 0;

    while ((1u << shift) < room)        /* a package's ids agree above so many bits */
        shift++;
    for (unsigned i = 0; i < m->ncpus; i++)
        count += m->apic_id[i] >> shift == m->apic_id[0] >> shift;
    return count;
}
