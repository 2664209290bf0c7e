/* The parser of the MP table, fed with good and bad ones. */
#include "abi/error.h"
#include "dev/tables_test_priv.h"
#include "lib/ktest.h"
#include "lib/string.h"

#define POINTER         (FAKE_ROM + 0x15a10)    /* 0xf5a10 */
#define TABLE           (FAKE_TABLES + 0x100)
#define HEADER_SIZE     44u

static uint32_t table_end;              /* where the next entry goes */
static uint16_t entries;

static void put_pointer(uint32_t address)
{
    fake_put_text(address, "_MP_");
    fake_put32(address + 4, TABLE);
    fake_put8(address + 8, 1);
    fake_checksum(address + 10, address, 16);
}

static void seal_table(void)
{
    fake_put16(TABLE + 4, (uint16_t)(table_end - TABLE));
    fake_put16(TABLE + 34, entries);
    fake_checksum(TABLE + 7, TABLE, table_end - TABLE);
}

static void add_entry(uint8_t type, uint32_t size)
{
    fake_put8(table_end, type);
    table_end += size;
    entries++;
}

static void add_cpu(uint8_t apic_id, uint8_t flags)
{
    add_entry(0, 20);
    fake_put8(table_end - 19, apic_id);
    fake_put8(table_end - 17, flags);
}

static void add_interrupt(uint8_t bus, uint8_t irq, uint8_t ioapic, uint8_t input)
{
    add_entry(3, 8);
    fake_put8(table_end - 4, bus);
    fake_put8(table_end - 3, irq);
    fake_put8(table_end - 2, ioapic);
    fake_put8(table_end - 1, input);
}

static void put_good_table(void)
{
    fake_memory_reset();
    put_pointer(POINTER);
    fake_put_text(TABLE, "PCMP");
    fake_put32(TABLE + 36, 0xfee00000);
    table_end = TABLE + HEADER_SIZE;
    entries = 0;
    add_cpu(0, 3);
    add_cpu(1, 0);
    add_cpu(5, 1);
    add_entry(1, 8);
    fake_put8(table_end - 7, 1);
    fake_put_text(table_end - 6, "ISA   ");
    add_entry(2, 8);
    fake_put8(table_end - 7, 8);
    fake_put8(table_end - 5, 1);
    fake_put32(table_end - 4, 0xfec00000);
    add_interrupt(1, 0, 8, 2);
    add_interrupt(7, 4, 8, 9);          /* of a bus that is not ISA */
    add_interrupt(1, 5, 9, 9);          /* to an I/O APIC that is not there */
    add_entry(4, 8);
    seal_table();
}

static int parse_table(struct machine *m)
{
    machine_set_defaults(m);
    return mptable_parse(fake_memory(), m);
}

static void expect_refused(int error)
{
    static struct machine m, untouched;

    machine_set_defaults(&untouched);
    EXPECT_EQ(parse_table(&m), error);
    EXPECT(memcmp(&m, &untouched, sizeof m) == 0);
}

KTEST(dev, mptable_good)
{
    struct machine m;

    put_good_table();
    EXPECT_EQ(parse_table(&m), 0);
    EXPECT(strcmp(m.source, "MP table") == 0);
    EXPECT_EQ(m.ncpus, 2);
    EXPECT_EQ(m.apic_id[1], 5);
    EXPECT_EQ(m.cpus_disabled, 1);
    EXPECT_EQ(m.nioapics, 1);
    EXPECT_EQ(m.irq[0].gsi, 2);
    EXPECT_EQ(m.irq[4].gsi, 4);
    EXPECT_EQ(m.irq[5].gsi, 5);
    EXPECT(!m.has_imcr);
}

KTEST(dev, mptable_pointer)
{
    struct machine m;

    fake_memory_reset();
    expect_refused(E_NOT_FOUND);
    put_good_table();
    fake_put8(POINTER + 10, *fake_bytes(POINTER + 10) + 1);
    expect_refused(E_NOT_FOUND);
    put_pointer(FAKE_EBDA);
    EXPECT_EQ(parse_table(&m), 0);
    put_good_table();
    fake_put8(POINTER + 12, 0x80);
    fake_checksum(POINTER + 10, POINTER, 16);
    EXPECT_EQ(parse_table(&m), 0);
    EXPECT(m.has_imcr);
}

KTEST(dev, mptable_default_configuration)
{
    struct machine m;

    fake_memory_reset();
    put_pointer(POINTER);
    fake_put8(POINTER + 11, 5);
    fake_checksum(POINTER + 10, POINTER, 16);
    EXPECT_EQ(parse_table(&m), 0);
    EXPECT_EQ(m.ncpus, 2);
    EXPECT_EQ(m.ioapic[0].base, 0xfec00000);
    EXPECT_EQ(m.ioapic[0].id, 2);
}

KTEST(dev, mptable_bad)
{
    put_good_table();
    fake_put8(TABLE + 7, *fake_bytes(TABLE + 7) + 1);
    expect_refused(E_INVAL_ARG);
    put_good_table();
    fake_put16(TABLE + 4, HEADER_SIZE - 1);
    expect_refused(E_INVAL_ARG);
    put_good_table();
    fake_put16(TABLE + 4, 0xffff);      /* reaches over the memory's end */
    expect_refused(E_INVAL_ARG);
    put_good_table();
    entries++;                          /* one more than there are */
    seal_table();
    expect_refused(E_INVAL_ARG);
    put_good_table();
    add_entry(0, 8);                    /* a CPU that is cut short */
    seal_table();
    expect_refused(E_INVAL_ARG);
    put_good_table();
    add_entry(5, 8);                    /* of a type, so of a length, that is not known */
    seal_table();
    expect_refused(E_INVAL_ARG);
    put_good_table();
    entries = 0;                        /* no CPU */
    seal_table();
    expect_refused(E_INVAL_ARG);
    put_good_table();
    fake_put32(POINTER + 4, 0xfffffff0);
    fake_checksum(POINTER + 10, POINTER, 16);
    expect_refused(E_INVAL_ARG);
}
