/* The ACPI tables that list CPUs and I/O APICs (section numbers are of ACPI 6.4). */
#include "abi/error.h"
#include "dev/machine_tables_priv.h"
#include "lib/string.h"

#define PACKED              __attribute__((packed))
#define ROOT_SIGNATURE      "RSD PTR "
#define BIOS_ROM            0xe0000u    /* where the root pointer may stand (5.2.5.1) */
#define BIOS_ROM_LENGTH     0x20000u
#define EBDA_SEARCHED       1024u
#define TABLE_MAX           0x10000u    /* no table used here comes near it */

struct PACKED root_pointer {            /* "RSDP", 5.2.5.3 */
    char     signature[8];
    uint8_t  checksum;                  /* of the first ROOT_POINTER_V1 bytes */
    char     oem[6];
    uint8_t  revision;
    uint32_t rsdt;
    uint32_t length;                    /* the rest only from revision 2 on */
    uint64_t xsdt;
    uint8_t  extended_checksum;         /* of `length` bytes */
    uint8_t  reserved[3];
};
#define ROOT_POINTER_V1     20u

struct PACKED table_header {            /* 5.2.6 */
    char     signature[4];
    uint32_t length;                    /* of the whole table */
    uint8_t  revision, checksum;
    char     oem[6], oem_table[8];
    uint32_t oem_revision, creator, creator_revision;
};

struct PACKED madt {                    /* 5.2.12 */
    struct table_header header;
    uint32_t lapic_base;
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
        struct PACKED { uint16_t reserved; uint64_t base; } lapic;
        struct PACKED { uint16_t reserved; uint32_t id, flags, processor; } x2apic;
    };
};

enum { MADT_CPU, MADT_IOAPIC, MADT_IRQ, MADT_LAPIC_BASE = 5, MADT_X2APIC = 9 };

#define CPU_ENABLED         1u          /* in the flags of both CPU entries */
#define FLAGS_POLARITY      0x3u        /* of an IRQ entry (table 5.26) */
#define FLAGS_ACTIVE_LOW    0x3u
#define FLAGS_TRIGGER       0xcu
#define FLAGS_LEVEL         0xcu

struct PACKED fadt {                    /* 5.2.9, as far as used */
    struct table_header header;
    uint8_t  skipped[28];
    uint32_t pm1a_control;              /* offset 64 */
};

static bool is_root_pointer(const struct physical_memory *memory, uint32_t address)
{
    const struct root_pointer *root = physical_bytes(memory, address, ROOT_POINTER_V1);

    return root && checksum_is_right(root, ROOT_POINTER_V1);
}

static uint32_t find_root_pointer(const struct physical_memory *memory)
{
    const struct search_area areas[] = {
        { extended_bios_area(memory), EBDA_SEARCHED, ROOT_SIGNATURE },
        { BIOS_ROM, BIOS_ROM_LENGTH, ROOT_SIGNATURE },
    };
    uint32_t found = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(areas) && !found; i++)
        found = find_structure(memory, &areas[i], is_root_pointer);
    return found;
}

/* The table at `address` if it is what the signature says, and whole; or else NULL. */
static const struct table_header *table_at(const struct physical_memory *memory,
                                           uint64_t address, const char *signature)
{
    const struct table_header *table = physical_bytes(memory, address, sizeof(*table));
    uint32_t length;

    if (!table || memcmp(table->signature, signature, 4) != 0)
        return NULL;
    length = table->length;
    if (length < sizeof(*table) || length > TABLE_MAX ||
        !physical_bytes(memory, address, length) || !checksum_is_right(table, length))
        return NULL;
    return table;
}

/* A root table: RSDT with 4-byte addresses of tables, XSDT with 8-byte ones (5.2.7, 5.2.8). */
struct root_table {
    const struct table_header *header;  /* NULL: not there, or damaged */
    uint32_t                   entry_size;
};

static const struct table_header *find_table(const struct physical_memory *memory,
                                             const struct root_table *root,
                                             const char *signature)
{
    const uint8_t *entries = (const uint8_t *)(root->header + 1);
    uint32_t count = (root->header->length - sizeof(*root->header)) / root->entry_size;

    for (uint32_t i = 0; i < count; i++) {
        uint64_t address = 0;
        const struct table_header *table;
        memcpy(&address, entries + i * root->entry_size, root->entry_size);
        table = table_at(memory, address, signature);
        if (table)
            return table;
    }
    return NULL;
}

/* The XSDT if the pointer has one that can be read (not above 4 GB, say), or else the RSDT. */
static struct root_table find_root_table(const struct physical_memory *memory, uint32_t address)
{
    const struct root_pointer *root = physical_bytes(memory, address, ROOT_POINTER_V1);
    struct root_table table = { NULL, sizeof(uint64_t) };

    if (root->revision >= 2) {
        root = physical_bytes(memory, address, sizeof(*root));
        if (root && root->length >= sizeof(*root) && root->length <= TABLE_MAX &&
            physical_bytes(memory, address, root->length) &&
            checksum_is_right(root, root->length))
            table.header = table_at(memory, root->xsdt, "XSDT");
    }
    if (!table.header) {
        root = physical_bytes(memory, address, ROOT_POINTER_V1);
        table.header = table_at(memory, root->rsdt, "RSDT");
        table.entry_size = sizeof(uint32_t);
    }
    return table;
}

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
    case MADT_LAPIC_BASE:   return 12;
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
    case MADT_LAPIC_BASE:
        machine_set_lapic_base(out, entry->lapic.base);
        break;
    case MADT_X2APIC:
        out->cpus_ignored += entry->x2apic.flags & CPU_ENABLED;
        break;
    }
}

static int parse_madt(const struct madt *madt, struct machine *out)
{
    uint32_t length = madt->header.length;
    uint32_t offset = sizeof(*madt);

    if (length < sizeof(*madt))
        return E_INVAL_ARG;
    machine_set_lapic_base(out, madt->lapic_base);
    while (offset < length) {
        const struct madt_entry *entry = (const void *)((const uint8_t *)madt + offset);
        uint32_t rest = length - offset;
        /* Also refuses length 0, at which this loop would stand still. */
        if (rest < 2 || entry->length > rest || entry->length < least_length(entry->type))
            return E_INVAL_ARG;
        add_entry(out, entry);
        offset += entry->length;
    }
    return out->ncpus > 0 ? E_SUCC : E_INVAL_ARG;
}

int acpi_parse(const struct physical_memory *memory, struct machine *out)
{
    struct machine found = *out;
    uint32_t address = find_root_pointer(memory);
    struct root_table root;
    const struct table_header *table;
    int error;

    if (!address)
        return E_NOT_FOUND;
    root = find_root_table(memory, address);
    table = root.header ? find_table(memory, &root, "APIC") : NULL;
    if (!table)
        return E_INVAL_ARG;
    error = parse_madt((const struct madt *)table, &found);
    if (error != E_SUCC)
        return error;
    table = find_table(memory, &root, "FACP");
    if (table && table->length >= sizeof(struct fadt))
        found.power_off_port = (uint16_t)((const struct fadt *)table)->pm1a_control;
    found.source = "ACPI MADT";
    *out = found;
    return E_SUCC;
}
