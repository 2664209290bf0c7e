/* The ACPI table that lists CPUs and I/O APICs (section numbers are of ACPI 6.4). */
#include "dev/acpi_priv.h"

#include "abi/error.h"

struct PACKED madt {                    /* 5.2.12 */
    struct table_header header;
    uint32_t lapic_base;                /* each CPU's own MSR is asked instead (lapic.c) */
    uint32_t flags;
    uint8_t  entries[];
};

/* An entry of the MADT: type and length, then what its type says. */
struct PACKED madt_entry {
    uint8_t type;
    uint8_t length;
    union {
        struct PACKED { uint8_t processor, apic_id; uint32_t flags; } cpu;
        struct PACKED { uint8_t id, reserved; uint32_t base, gsi_base; } ioapic;
        struct PACKED { uint8_t bus, irq; uint32_t gsi; uint16_t flags; } irq;
        struct PACKED { uint16_t reserved; uint32_t id, flags, processor; } x2apic;
    };
};

enum { MADT_CPU, MADT_IOAPIC, MADT_IRQ, MADT_X2APIC = 9 };

#define CPU_ENABLED         1u          /* in the flags of both CPU entries */
#define FLAGS_POLARITY      0x3u        /* of an IRQ entry (table 5.26) */
#define FLAGS_ACTIVE_LOW    0x3u
#define FLAGS_TRIGGER       0xcu
#define FLAGS_LEVEL         0xcu

static void add_irq(struct machine *out, const struct madt_entry *entry)
{
    uint16_t flags = entry->irq.flags;

    if (entry->irq.bus != 0 || entry->irq.irq >= NUM_ISA_IRQS)
        return;
    out->irq[entry->irq.irq] = (struct machine_irq){
        .gsi = entry->irq.gsi,
        .polarity = (flags & FLAGS_POLARITY) == FLAGS_ACTIVE_LOW ? ACTIVE_LOW : ACTIVE_HIGH,
        .trigger = (flags & FLAGS_TRIGGER) == FLAGS_LEVEL ? LEVEL_TRIGGERED : EDGE_TRIGGERED,
    };
}

/* The least length of an entry's type: what of it is read. */
static uint32_t least_length(uint8_t type)
{
    switch (type) {
    case MADT_CPU:          return 8;
    case MADT_IOAPIC:       return 12;
    case MADT_IRQ:          return 10;
    case MADT_X2APIC:       return 16;
    default:                return 2;
    }
}

static void add_entry(struct machine *out, const struct madt_entry *entry)
{
    switch (entry->type) {
    case MADT_CPU:
        if (entry->cpu.flags & CPU_ENABLED)
            machine_add_cpu(out, entry->cpu.apic_id);
        else
            out->cpus_disabled++;
        break;
    case MADT_IOAPIC:
        machine_add_ioapic(out, &(struct machine_ioapic){
            .base = entry->ioapic.base, .gsi_base = entry->ioapic.gsi_base,
            .id = entry->ioapic.id,
        });
        break;
    case MADT_IRQ:
        add_irq(out, entry);
        break;
    case MADT_X2APIC:
        if (entry->x2apic.flags & CPU_ENABLED)
            machine_add_cpu(out, entry->x2apic.id);
        else
            out->cpus_disabled++;
        break;
    }
}

int acpi_parse_madt(const struct table_header *table, struct machine *out)
{
    const struct madt *madt = (const struct madt *)table;
    uint32_t length = madt->header.length;
    uint32_t offset = sizeof *madt;

    if (length < sizeof *madt)
        return E_INVAL_ARG;
    while (offset < length) {
        const struct madt_entry *entry = (const void *)((const uint8_t *)madt + offset);
        uint32_t rest = length - offset;
        /* Also refuses length 0, at which this loop would stand still. */
        if (rest < 2 || entry->length > rest || entry->length < least_length(entry->type))
            return E_INVAL_ARG;
        add_entry(out, entry);
        offset += entry->length;
    }
    return out->ncpus > 0 ? 0 : E_INVAL_ARG;
}
