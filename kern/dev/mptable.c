/* The MP table, by which machines listed their CPUs before ACPI (section numbers are of the
 * MultiProcessor Specification 1.4). */
#include "abi/error.h"
#include "dev/machine_tables_priv.h"
#include "lib/string.h"

#define PACKED              __attribute__((packed))
#define POINTER_SIGNATURE   "_MP_"
#define BIOS_ROM            0xf0000u    /* where the pointer may stand (chapter 4) */
#define BIOS_ROM_LENGTH     0x10000u
#define LOW_MEMORY_LAST_KB  0x9fc00u
enum { KB = 1024 };
#define IOAPIC_BASE_USUAL   0xfec00000u

struct PACKED floating_pointer {        /* 4.1 */
    char     signature[4];
    uint32_t table;
    uint8_t  length;                    /* in units of 16 bytes */
    uint8_t  revision, checksum;
    uint8_t  default_configuration;     /* 0: there is a table */
    uint8_t  features;
    uint8_t  reserved[3];
};
#define FEATURE_IMCR        0x80u

struct PACKED mp_header {               /* 4.2 */
    char     signature[4];
    uint16_t length;                    /* of the base table with this header */
    uint8_t  revision, checksum;
    char     oem[8], product[12];
    uint32_t oem_table;
    uint16_t oem_table_length, entries;
    uint32_t lapic_base;
    uint16_t extended_length;
    uint8_t  extended_checksum, reserved;
};

struct PACKED mp_entry {                /* 4.3 */
    uint8_t type;
    union {
        struct PACKED { uint8_t apic_id, version, flags, skipped[16]; } cpu;
        struct PACKED { uint8_t id; char type[6]; } bus;
        struct PACKED { uint8_t id, version, flags; uint32_t base; } ioapic;
        struct PACKED { uint8_t type; uint16_t flags;
                        uint8_t bus, irq, ioapic, input; } interrupt;
    };
};

enum { MP_CPU, MP_BUS, MP_IOAPIC, MP_INTERRUPT, MP_LOCAL_INTERRUPT };

#define CPU_ENTRY_SIZE      20u
#define OTHER_ENTRY_SIZE    8u
#define ENABLED             1u          /* in the flags of CPUs and I/O APICs */
#define VECTORED            0u          /* type of an ordinary interrupt */
#define FLAGS_POLARITY      0x3u        /* 4.3.4 */
#define FLAGS_ACTIVE_LOW    0x3u
#define FLAGS_TRIGGER       0xcu
#define FLAGS_LEVEL         0xcu

/* The table does not say how many inputs an I/O APIC has, so each gets a range of numbers that
 * no device exceeds (its registers count inputs in 8 bits). */
enum { INPUTS_MAX = 256 };

/* The ISA buses seen so far: bus entries come before those of interrupts (4.3). */
struct isa_buses {
    uint32_t bits[256 / 32];
};

static bool is_floating_pointer(const struct physical_memory *memory, uint32_t address)
{
    const struct floating_pointer *pointer = physical_bytes(memory, address, sizeof *pointer);

    return pointer && pointer->length == 1 && checksum_is_right(pointer, sizeof *pointer);
}

static const struct floating_pointer *find_pointer(const struct physical_memory *memory)
{
    const struct search_area areas[] = {
        { extended_bios_area(memory), KB, POINTER_SIGNATURE },
        { LOW_MEMORY_LAST_KB, KB, POINTER_SIGNATURE },
        { BIOS_ROM, BIOS_ROM_LENGTH, POINTER_SIGNATURE },
    };
    uint32_t found = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(areas) && !found; i++)
        found = find_structure(memory, &areas[i], is_floating_pointer);
    return found ? physical_bytes(memory, found, sizeof(struct floating_pointer)) : NULL;
}

/* The configurations that need no table: two CPUs, one I/O APIC (chapter 5). */
static void use_default_configuration(struct machine *out)
{
    machine_add_cpu(out, 0);
    machine_add_cpu(out, 1);
    machine_add_ioapic(out, &(struct machine_ioapic){ .base = IOAPIC_BASE_USUAL, .id = 2 });
    out->irq[0].gsi = 2;                /* figure 5-2: the timer is wired to input 2 */
}

static void add_interrupt(struct machine *out, const struct mp_entry *entry,
                          const struct isa_buses *isa)
{
    uint8_t bus = entry->interrupt.bus;
    bool low = (entry->interrupt.flags & FLAGS_POLARITY) == FLAGS_ACTIVE_LOW;
    bool level = (entry->interrupt.flags & FLAGS_TRIGGER) == FLAGS_LEVEL;

    if (entry->interrupt.type != VECTORED || entry->interrupt.irq >= NUM_ISA_IRQS ||
        !(isa->bits[bus / 32] >> bus % 32 & 1))
        return;
    for (unsigned i = 0; i < out->nioapics; i++) {
        if (out->ioapic[i].id != entry->interrupt.ioapic)
            continue;
        out->irq[entry->interrupt.irq] = (struct machine_irq){
            .gsi = out->ioapic[i].gsi_base + entry->interrupt.input,
            .polarity = low ? ACTIVE_LOW : ACTIVE_HIGH,
            .trigger = level ? LEVEL_TRIGGERED : EDGE_TRIGGERED,
        };
        return;
    }
}

static void add_entry(struct machine *out, const struct mp_entry *entry, struct isa_buses *isa)
{
    switch (entry->type) {
    case MP_CPU:
        if (entry->cpu.flags & ENABLED)
            machine_add_cpu(out, entry->cpu.apic_id);
        else
            out->cpus_disabled++;
        break;
    case MP_BUS:
        if (memcmp(entry->bus.type, "ISA   ", sizeof entry->bus.type) == 0)
            isa->bits[entry->bus.id / 32] |= 1u << entry->bus.id % 32;
        break;
    case MP_IOAPIC:
        if (entry->ioapic.flags & ENABLED)
            machine_add_ioapic(out, &(struct machine_ioapic){
                .base = entry->ioapic.base, .id = entry->ioapic.id,
                .gsi_base = out->nioapics * INPUTS_MAX,
            });
        break;
    case MP_INTERRUPT:
        add_interrupt(out, entry, isa);
        break;
    }
}

static int parse_table(const struct mp_header *header, struct machine *out)
{
    struct isa_buses isa = { { 0 } };
    uint32_t offset = sizeof *header;

    for (unsigned i = 0; i < header->entries; i++) {
        const struct mp_entry *entry = (const void *)((const uint8_t *)header + offset);
        uint32_t rest = header->length - offset;
        if (rest < OTHER_ENTRY_SIZE || entry->type > MP_LOCAL_INTERRUPT)
            return E_INVAL_ARG;
        uint32_t size = entry->type == MP_CPU ? CPU_ENTRY_SIZE : OTHER_ENTRY_SIZE;
        if (size > rest)
            return E_INVAL_ARG;
        add_entry(out, entry, &isa);
        offset += size;
    }
    return out->ncpus > 0 ? 0 : E_INVAL_ARG;
}

/* The table at `address` if it is whole, or else NULL. */
static const struct mp_header *table_at(const struct physical_memory *memory, uint32_t address)
{
    const struct mp_header *header = physical_bytes(memory, address, sizeof *header);

    if (!header || memcmp(header->signature, "PCMP", 4) != 0 ||
        header->length < sizeof *header ||
        !physical_bytes(memory, address, header->length) ||
        !checksum_is_right(header, header->length))
        return NULL;
    return header;
}

int mptable_parse(const struct physical_memory *memory, struct machine *out)
{
    const struct floating_pointer *pointer = find_pointer(memory);
    struct machine found = *out;

    if (!pointer)
        return E_NOT_FOUND;
    if (pointer->default_configuration != 0) {
        use_default_configuration(&found);
    } else {
        const struct mp_header *header = table_at(memory, pointer->table);
        if (!header || parse_table(header, &found) != 0)
            return E_INVAL_ARG;
    }
    found.has_imcr = pointer->features & FEATURE_IMCR;
    found.source = "MP table";
    *out = found;
    return 0;
}
