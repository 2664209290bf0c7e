/* What the parsers of the firmware's tables share: reading memory that may not be there, and
 * filling in struct machine.  No hardware is touched here. */
#include "dev/machine_tables_priv.h"

#include "lib/string.h"

#define BIOS_DATA_AREA_END  0x500u
#define EBDA_SEGMENT        0x40eu      /* word: the extended BIOS data area's segment */
#define LOW_MEMORY_END      0xa0000u
#define LAPIC_BASE_USUAL    0xfee00000u /* SDM vol. 3, 10.4.1 */
#define APIC_ID_ALL         0xffu       /* no CPU's: means all (SDM vol. 3, 10.6.2.1) */
#define STRUCTURE_STEP      16u

const void *physical_bytes(const struct physical_memory *memory, uint64_t address,
                           uint32_t length)
{
    for (unsigned i = 0; i < memory->count; i++) {
        const struct physical_window *window = &memory->windows[i];
        uint64_t offset = address - window->base;
        if (address >= window->base && offset <= window->length &&
            length <= window->length - offset)
            return window->bytes + (uint32_t)offset;
    }
    return NULL;
}

bool checksum_is_right(const void *bytes, uint32_t length)
{
    const uint8_t *byte = bytes;
    uint8_t sum = 0;

    for (uint32_t i = 0; i < length; i++)
        sum += byte[i];
    return sum == 0;
}

uint32_t extended_bios_area(const struct physical_memory *memory)
{
    const uint8_t *segment = physical_bytes(memory, EBDA_SEGMENT, 2);
    uint32_t address = segment ? (segment[0] | (uint32_t)segment[1] << 8) << 4 : 0;

    return address >= BIOS_DATA_AREA_END && address < LOW_MEMORY_END ? address : 0;
}

uint32_t find_structure(const struct physical_memory *memory, const struct search_area *area,
                        bool (*is_right)(const struct physical_memory *, uint32_t))
{
    const char *bytes = physical_bytes(memory, area->start, area->length);
    size_t length = strlen(area->signature);

    if (!bytes)
        return 0;
    for (uint32_t offset = 0; offset + length <= area->length; offset += STRUCTURE_STEP)
        if (bytes[offset] == area->signature[0] &&
            memcmp(bytes + offset, area->signature, length) == 0 &&
            is_right(memory, area->start + offset))
            return area->start + offset;
    return 0;
}

void machine_set_defaults(struct machine *out)
{
    *out = (struct machine){ .source = "none", .lapic_base = LAPIC_BASE_USUAL };
    for (unsigned irq = 0; irq < NUM_ISA_IRQS; irq++)
        out->irq[irq] = (struct machine_irq){ irq, ACTIVE_HIGH, EDGE_TRIGGERED };
}

static unsigned index_of(const struct machine *m, uint8_t apic_id)
{
    unsigned i = 0;

    while (i < m->ncpus && m->apic_id[i] != apic_id)
        i++;
    return i;
}

void machine_add_cpu(struct machine *out, uint8_t apic_id)
{
    bool known = index_of(out, apic_id) < out->ncpus;

    if (known || apic_id == APIC_ID_ALL || out->ncpus == NUM_CPUS)
        out->cpus_ignored++;
    else
        out->apic_id[out->ncpus++] = apic_id;
}

void machine_set_lapic_base(struct machine *out, uint64_t base)
{
    if (base >= DEVICE_LO && base <= UINT32_MAX && base % PAGE_SIZE == 0)
        out->lapic_base = (paddr_t)base;
}

void machine_add_ioapic(struct machine *out, const struct machine_ioapic *ioapic)
{
    if (ioapic->base < DEVICE_LO || out->nioapics == MAX_IOAPICS)
        out->ioapics_ignored++;
    else
        out->ioapic[out->nioapics++] = *ioapic;
}

void machine_set_boot_cpu(struct machine *out, uint8_t apic_id)
{
    unsigned i = index_of(out, apic_id);

    if (i == NUM_CPUS) {                /* not among those kept: instead of the last one */
        i = NUM_CPUS - 1;
        out->cpus_ignored++;
    } else if (i == out->ncpus) {
        out->ncpus++;
    }
    /* The others keep their order. */
    memmove(&out->apic_id[1], &out->apic_id[0], i * sizeof(out->apic_id[0]));
    out->apic_id[0] = apic_id;
}
