/* The parser of the ACPI tables, fed with good and bad ones. */
#include "abi/error.h"
#include "dev/tables_test_priv.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"

#define ROOT            (FAKE_ROM + 0x5a10)
#define ROOT_TABLE      (FAKE_TABLES + 0x100)
#define MADT            (FAKE_TABLES + 0x200)
#define FADT            (FAKE_TABLES + 0xd00)
#define HEADER_SIZE     36u
#define FADT_SIZE       116u

static uint32_t madt_end;               /* where the next entry goes */

/* Makes a table's header whole: length and checksum. */
static void seal_table(uint32_t table, uint32_t length)
{
    fake_put32(table + 4, length);
    fake_checksum(table + 9, table, length);
}

static void seal_madt(void)
{
    seal_table(MADT, madt_end - MADT);
}

static void add_entry(uint8_t type, uint8_t length)
{
    fake_put8(madt_end, type);
    fake_put8(madt_end + 1, length);
    madt_end += length;
}

static void add_cpu(uint8_t apic_id, uint32_t flags)
{
    add_entry(0, 8);
    fake_put8(madt_end - 5, apic_id);
    fake_put32(madt_end - 4, flags);
}

static void add_irq(uint8_t irq, uint32_t gsi, uint16_t flags)
{
    add_entry(2, 10);
    fake_put8(madt_end - 7, irq);
    fake_put32(madt_end - 6, gsi);
    fake_put16(madt_end - 2, flags);
}

static void put_root(uint32_t address)
{
    fake_put_text(address, "RSD PTR ");
    fake_put32(address + 16, ROOT_TABLE);
    fake_checksum(address + 8, address, 20);
}

/* An RSDT that leads to a FADT and a MADT with a disabled CPU between two good ones. */
static void put_good_tables(void)
{
    fake_memory_reset();
    put_root(ROOT);
    fake_put_text(ROOT_TABLE, "RSDT");
    fake_put32(ROOT_TABLE + HEADER_SIZE, FADT);
    fake_put32(ROOT_TABLE + HEADER_SIZE + 4, MADT);
    seal_table(ROOT_TABLE, HEADER_SIZE + 8);
    fake_put_text(FADT, "FACP");
    fake_put32(FADT + 76, 0x608);
    seal_table(FADT, FADT_SIZE);
    fake_put_text(MADT, "APIC");
    fake_put32(MADT + 36, 0xfee00000);
    madt_end = MADT + 44;
    add_cpu(0, 1);
    add_cpu(1, 0);
    add_cpu(2, 1);
    add_entry(1, 12);
    fake_put32(madt_end - 8, 0xfec00000);
    fake_put32(madt_end - 4, 0);
    add_irq(0, 2, 0);
    add_irq(9, 9, 0xf);
    seal_madt();
}

static int parse_tables(struct machine *m)
{
    machine_set_defaults(m);
    return acpi_parse(fake_memory(), 0, m);
}

/* A table that is refused leaves no trace. */
static void expect_refused(int error)
{
    static struct machine m, untouched;

    machine_set_defaults(&untouched);
    EXPECT_EQ(parse_tables(&m), error);
    EXPECT(memcmp(&m, &untouched, sizeof m) == 0);
}

KTEST(dev, acpi_good_tables)
{
    struct machine m;

    put_good_tables();
    EXPECT_EQ(parse_tables(&m), 0);
    EXPECT(strcmp(m.source, "ACPI MADT") == 0);
    EXPECT_EQ(m.ncpus, 2);
    EXPECT_EQ(m.apic_id[1], 2);
    EXPECT_EQ(m.cpus_disabled, 1);
    EXPECT_EQ(m.nioapics, 1);
    EXPECT_EQ(m.ioapic[0].base, 0xfec00000);
    EXPECT_EQ(m.irq[0].gsi, 2);
    EXPECT_EQ(m.irq[0].trigger, EDGE_TRIGGERED);
    EXPECT_EQ(m.irq[9].polarity, ACTIVE_LOW);
    EXPECT_EQ(m.irq[9].trigger, LEVEL_TRIGGERED);
    EXPECT_EQ(m.irq[4].gsi, 4);
    EXPECT_EQ(m.pm_timer_port, 0x608);
}

KTEST(dev, acpi_root_pointer)
{
    struct machine m;

    fake_memory_reset();
    expect_refused(E_NOT_FOUND);
    put_good_tables();
    fake_put8(ROOT + 8, *fake_bytes(ROOT + 8) + 1);
    expect_refused(E_NOT_FOUND);
    put_root(FAKE_EBDA + 0x3e0);
    EXPECT_EQ(parse_tables(&m), 0);
    put_good_tables();
    memset(fake_bytes(ROOT), 0, 20);
    put_root(FAKE_ROM + 0x1ffe0);       /* the last place but one that is searched */
    EXPECT_EQ(parse_tables(&m), 0);
    memset(fake_bytes(FAKE_ROM + 0x1ffe0), 0, 20);
    put_root(ROOT + 8);                 /* not on a multiple of 16 */
    expect_refused(E_NOT_FOUND);
}

KTEST(dev, acpi_bad_root_table)
{
    put_good_tables();
    fake_put8(ROOT_TABLE + 9, *fake_bytes(ROOT_TABLE + 9) + 1);
    expect_refused(E_INVAL_ARG);
    put_good_tables();
    fake_put32(ROOT_TABLE + 4, HEADER_SIZE - 1);
    expect_refused(E_INVAL_ARG);
    put_good_tables();
    fake_put32(ROOT_TABLE + 4, 0xffffffff);
    expect_refused(E_INVAL_ARG);
    put_good_tables();
    seal_table(ROOT_TABLE, HEADER_SIZE + 7); /* the second address is cut short */
    expect_refused(E_INVAL_ARG);
    put_good_tables();
    fake_put32(ROOT_TABLE + HEADER_SIZE + 4, 0xfffffff0);
    seal_table(ROOT_TABLE, HEADER_SIZE + 8);
    expect_refused(E_INVAL_ARG);
    put_good_tables();                  /* a header that would reach over the memory's end */
    fake_put32(ROOT_TABLE + HEADER_SIZE + 4, FAKE_TABLES + FAKE_TABLES_SIZE - 20);
    seal_table(ROOT_TABLE, HEADER_SIZE + 8);
    expect_refused(E_INVAL_ARG);
}

/* The boot loader may say where the root pointer is; if there is none, the usual places do. */
KTEST(dev, acpi_root_pointer_by_the_loader)
{
    struct machine m;

    put_good_tables();
    memset(fake_bytes(ROOT), 0, 20);
    put_root(FAKE_TABLES + 0x24);
    expect_refused(E_NOT_FOUND);
    machine_set_defaults(&m);
    EXPECT_EQ(acpi_parse(fake_memory(), FAKE_TABLES + 0x24, &m), 0);
    EXPECT_EQ(m.ncpus, 2);
    machine_set_defaults(&m);
    EXPECT_EQ(acpi_parse(fake_memory(), FAKE_TABLES + 0x25, &m), E_NOT_FOUND);
    EXPECT_EQ(acpi_parse(fake_memory(), FAKE_TABLES - 4, &m), E_NOT_FOUND);
    EXPECT_EQ(acpi_parse(fake_memory(), 0xfffffffc, &m), E_NOT_FOUND);
    put_good_tables();
    EXPECT_EQ(acpi_parse(fake_memory(), FAKE_TABLES + 0x24, &m), 0);
}

/* x2APIC entries, as far as the boot processor can reach the CPUs. */
KTEST(dev, acpi_x2apic_cpus)
{
    struct machine m;

    put_good_tables();
    add_entry(9, 16);
    fake_put32(madt_end - 12, 300);
    fake_put32(madt_end - 8, 1);
    seal_madt();
    machine_set_defaults(&m);
    m.apic_id_max = 0xffffff;
    EXPECT_EQ(acpi_parse(fake_memory(), 0, &m), 0);
    EXPECT_EQ(m.ncpus, 3);
    EXPECT_EQ(m.apic_id[2], 300);
}

/* Revision 2: an XSDT is preferred, if it can be read. */
static void put_xsdt(uint32_t high_word)
{
    const uint32_t xsdt = FAKE_TABLES + 0xe00;

    put_good_tables();
    fake_put_text(xsdt, "XSDT");
    fake_put32(xsdt + HEADER_SIZE, MADT);
    seal_table(xsdt, HEADER_SIZE + 8);
    fake_put8(ROOT + 15, 2);
    fake_put32(ROOT + 20, 36);
    fake_put32(ROOT + 24, xsdt);
    fake_put32(ROOT + 28, high_word);
    fake_checksum(ROOT + 8, ROOT, 20);
    fake_checksum(ROOT + 32, ROOT, 36);
}

KTEST(dev, acpi_xsdt)
{
    struct machine m;

    put_xsdt(0);
    EXPECT_EQ(parse_tables(&m), 0);
    EXPECT_EQ(m.pm_timer_port, 0);      /* the XSDT does not list the FADT */
    put_xsdt(1);                        /* above 4 GB: the RSDT serves */
    EXPECT_EQ(parse_tables(&m), 0);
    EXPECT_EQ(m.pm_timer_port, 0x608);
    put_xsdt(0);
    fake_put8(ROOT + 32, *fake_bytes(ROOT + 32) + 1);
    EXPECT_EQ(parse_tables(&m), 0);
    EXPECT_EQ(m.pm_timer_port, 0x608);
    put_xsdt(0);
    fake_put32(ROOT + 20, 0xffffffff);  /* a length that no pointer has */
    EXPECT_EQ(parse_tables(&m), 0);
    EXPECT_EQ(m.pm_timer_port, 0x608);
}

KTEST(dev, acpi_bad_madt)
{
    put_good_tables();
    fake_put8(MADT + 9, *fake_bytes(MADT + 9) + 1);
    expect_refused(E_INVAL_ARG);
    put_good_tables();
    seal_table(MADT, 43);               /* shorter than what is in front of the entries */
    expect_refused(E_INVAL_ARG);
    put_good_tables();
    seal_table(MADT, 44);               /* no CPU */
    expect_refused(E_INVAL_ARG);
    put_good_tables();
    fake_put32(MADT + 4, FAKE_TABLES_SIZE);     /* reaches over the memory's end */
    expect_refused(E_INVAL_ARG);
}

/* The good tables with one more entry, of `length` by its own account, in `space` bytes. */
static void expect_bad_entry(uint8_t type, uint8_t length, uint32_t space)
{
    put_good_tables();
    fake_put8(madt_end, type);
    if (space > 1)
        fake_put8(madt_end + 1, length);
    madt_end += space;
    seal_madt();
    expect_refused(E_INVAL_ARG);
}

KTEST(dev, acpi_bad_entries)
{
    struct machine m;

    expect_bad_entry(0, 0, 8);          /* would never end */
    expect_bad_entry(77, 0, 8);
    expect_bad_entry(77, 1, 8);
    expect_bad_entry(0, 8, 1);
    expect_bad_entry(0, 9, 8);
    expect_bad_entry(77, 255, 8);
    expect_bad_entry(0, 7, 7);          /* shorter than its type */
    expect_bad_entry(1, 11, 11);
    expect_bad_entry(2, 9, 9);
    expect_bad_entry(9, 15, 15);
    put_good_tables();
    add_entry(77, 2);                   /* unknown, but well-formed: skipped */
    add_irq(16, 5, 0);                  /* no ISA interrupt: skipped */
    seal_madt();
    EXPECT_EQ(parse_tables(&m), 0);
}

KTEST(dev, acpi_what_cannot_be_used)
{
    struct machine m;

    put_good_tables();
    add_entry(9, 16);
    fake_put32(madt_end - 12, 300);     /* x2APIC, enabled, and disabled */
    fake_put32(madt_end - 8, 1);
    add_entry(9, 16);
    add_entry(1, 12);
    fake_put32(madt_end - 8, 0x100000);
    for (unsigned i = 0; i < 70; i++)
        add_cpu((uint8_t)(2 + i), 1);   /* the first of them is there already */
    seal_madt();
    EXPECT_EQ(parse_tables(&m), 0);
    EXPECT_EQ(m.nioapics, 1);
    EXPECT_EQ(m.ioapics_ignored, 1);
    EXPECT_EQ(m.ncpus, NUM_CPUS);
    EXPECT_EQ(m.cpus_ignored, 1 + 1 + (2 + 69 - NUM_CPUS));
    EXPECT_EQ(m.cpus_disabled, 2);
}

/* Whatever stands in the tables, the parser ends and gives a machine that can be. */
KTEST(dev, acpi_random_damage)
{
    struct random random;
    unsigned accepted = 0;

    random_seed(&random, 20);
    for (unsigned run = 0; run < 300; run++) {
        struct machine m;
        put_xsdt(run % 4 == 0);
        for (unsigned i = 0; i <= run % 5; i++)
            fake_put8(MADT + random_below(&random, madt_end - MADT),
                      (uint8_t)random_next(&random));
        fake_put8(ROOT_TABLE + HEADER_SIZE + random_below(&random, 8),
                  (uint8_t)random_next(&random));
        seal_table(ROOT_TABLE, HEADER_SIZE + 8);
        if (run % 2)
            seal_madt();
        else
            fake_checksum(MADT + 9, MADT, madt_end - MADT);
        accepted += parse_tables(&m) == 0;
        EXPECT(m.ncpus <= NUM_CPUS && m.nioapics <= MAX_IOAPICS);
    }
    EXPECT(accepted > 0 && accepted < 300);
}
