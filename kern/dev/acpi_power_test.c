/* What the ACPI tables tell of switching off and of timers, in good tables and bad ones. */
#include "abi/error.h"
#include "dev/tables_test_priv.h"
#include "lib/ktest.h"
#include "lib/string.h"

#define ROOT            FAKE_ROM
#define ROOT_TABLE      (FAKE_TABLES + 0x000)
#define MADT            (FAKE_TABLES + 0x100)
#define FADT            (FAKE_TABLES + 0x200)
#define DSDT            (FAKE_TABLES + 0x400)
#define SSDT            (FAKE_TABLES + 0x500)
#define SSDT_2          (FAKE_TABLES + 0x600)
#define HPET            (FAKE_TABLES + 0x700)
#define HEADER_SIZE     36u
#define FADT_V1         116u
#define FADT_V5         268u
#define HPET_SIZE       56u

#define FLAGS           112             /* offsets in the FADT: table 5.9 of ACPI 6.4 */
#define X_DSDT          140
#define SLEEP_CONTROL   244
#define REDUCED         (1u << 20)

#define S5(a, b)        "\x08_S5_\x12\x0a\x04\x0a" a "\x0a" b "\x00\x00"

static void seal_table(uint32_t table, uint32_t length)
{
    fake_put32(table + 4, length);
    fake_checksum(table + 9, table, length);
}

static void put_code(uint32_t table, const char *signature, const char *code, uint32_t size)
{
    fake_put_text(table, signature);
    memcpy(fake_bytes(table + HEADER_SIZE), code, size);
    seal_table(table, HEADER_SIZE + size);
}
#define PUT_CODE(table, signature, code) put_code(table, signature, code, sizeof(code) - 1)

static void put_hpet(uint8_t space, uint64_t base)
{
    fake_put_text(HPET, "HPET");
    fake_put8(HPET + 40, space);
    fake_put32(HPET + 44, (uint32_t)base);
    fake_put32(HPET + 48, (uint32_t)(base >> 32));
    seal_table(HPET, HPET_SIZE);
}

/* One CPU; a FADT of version 1; the sleep types 5 and 6 in the DSDT. */
static void put_good_tables(void)
{
    static const uint32_t tables[] = { MADT, FADT, SSDT, SSDT_2, HPET };

    fake_memory_reset();
    fake_put_text(ROOT, "RSD PTR ");
    fake_put32(ROOT + 16, ROOT_TABLE);
    fake_checksum(ROOT + 8, ROOT, 20);
    fake_put_text(ROOT_TABLE, "RSDT");
    memcpy(fake_bytes(ROOT_TABLE + HEADER_SIZE), tables, sizeof tables);
    seal_table(ROOT_TABLE, HEADER_SIZE + sizeof tables);
    fake_put_text(MADT, "APIC");
    fake_put8(MADT + 45, 8);
    fake_put32(MADT + 48, 1);
    seal_table(MADT, 52);
    fake_put_text(FADT, "FACP");
    fake_put32(FADT + 40, DSDT);
    fake_put32(FADT + 48, 0xb2);
    fake_put8(FADT + 52, 0xa1);
    fake_put32(FADT + 64, 0x604);
    fake_put32(FADT + 76, 0x608);
    seal_table(FADT, FADT_V1);
    PUT_CODE(DSDT, "DSDT", S5("\x05", "\x06"));
    put_hpet(0, 0xfed00000);
}

static const struct machine *parsed_machine(void)
{
    static struct machine m;

    machine_set_defaults(&m);
    EXPECT_EQ(acpi_parse(fake_memory(), 0, &m), 0);
    return &m;
}

KTEST(dev, acpi_power_off)
{
    put_good_tables();
    struct machine_power_off off = parsed_machine()->power_off;
    EXPECT(off.is_known);
    EXPECT_EQ(off.type_a, 5);
    EXPECT_EQ(off.type_b, 6);
    EXPECT_EQ(off.control_a, 0x604);
    EXPECT_EQ(off.control_b, 0);
    EXPECT_EQ(off.smi_command, 0xb2);
    EXPECT_EQ(off.acpi_enable, 0xa1);
    EXPECT_EQ(off.sleep_control.address, 0);
    fake_put32(FADT + 64, 0x10604);     /* no port */
    seal_table(FADT, FADT_V1);
    EXPECT_EQ(parsed_machine()->power_off.control_a, 0);
    seal_table(FADT, FADT_V1 - 1);      /* no version is as short */
    EXPECT(!parsed_machine()->power_off.is_known);
    EXPECT_EQ(parsed_machine()->pm_timer_port, 0);
}

/* Where the byte code is: at the older address, or at the one with 64 bits, or in an SSDT. */
KTEST(dev, acpi_sleep_types)
{
    put_good_tables();
    seal_table(FADT, FADT_V5);          /* has the second address, but it is 0 */
    EXPECT_EQ(parsed_machine()->power_off.type_a, 5);
    fake_put32(FADT + 40, 0);
    seal_table(FADT, FADT_V5);
    EXPECT(!parsed_machine()->power_off.is_known);
    fake_put32(FADT + X_DSDT, DSDT);
    seal_table(FADT, FADT_V5);
    EXPECT_EQ(parsed_machine()->power_off.type_a, 5);
    fake_put32(FADT + X_DSDT + 4, 1);   /* above 4 GB */
    seal_table(FADT, FADT_V5);
    EXPECT(!parsed_machine()->power_off.is_known);
    PUT_CODE(SSDT, "SSDT", "nothing");
    PUT_CODE(SSDT_2, "SSDT", S5("\x02", "\x03"));
    EXPECT_EQ(parsed_machine()->power_off.type_b, 3);
    fake_put8(SSDT_2 + 9, *fake_bytes(SSDT_2 + 9) + 1);
    EXPECT(!parsed_machine()->power_off.is_known);
}

KTEST(dev, acpi_damaged_byte_code)
{
    put_good_tables();
    fake_put8(DSDT + 9, *fake_bytes(DSDT + 9) + 1);
    EXPECT(!parsed_machine()->power_off.is_known);
    put_good_tables();
    fake_put32(DSDT + 4, UINT32_MAX);
    EXPECT(!parsed_machine()->power_off.is_known);
    put_good_tables();
    seal_table(DSDT, HEADER_SIZE + 9);  /* ends in the middle of the package */
    EXPECT(!parsed_machine()->power_off.is_known);
    put_good_tables();
    seal_table(DSDT, HEADER_SIZE);
    EXPECT(!parsed_machine()->power_off.is_known);
    EXPECT_EQ(parsed_machine()->ncpus, 1); /* and nothing else is lost */
    EXPECT_EQ(parsed_machine()->pm_timer_port, 0x608);
}

/* Machines without the PM1 registers have one for sleeping: a port, or in memory. */
KTEST(dev, acpi_hardware_reduced)
{
    put_good_tables();
    fake_put32(FADT + FLAGS, REDUCED);
    fake_put8(FADT + SLEEP_CONTROL, 1);
    fake_put32(FADT + SLEEP_CONTROL + 4, 0x3f0);
    seal_table(FADT, FADT_V5);
    EXPECT_EQ(parsed_machine()->power_off.control_a, 0);
    EXPECT_EQ(parsed_machine()->pm_timer_port, 0);
    EXPECT_EQ(parsed_machine()->power_off.sleep_control.address, 0x3f0);
    EXPECT(!parsed_machine()->power_off.sleep_control.is_memory);
    fake_put32(FADT + SLEEP_CONTROL + 4, 0x103f0);
    seal_table(FADT, FADT_V5);
    EXPECT_EQ(parsed_machine()->power_off.sleep_control.address, 0);
    fake_put8(FADT + SLEEP_CONTROL, 0);
    fake_put32(FADT + SLEEP_CONTROL + 4, 0xfea00000);
    seal_table(FADT, FADT_V5);
    EXPECT_EQ(parsed_machine()->power_off.sleep_control.address, 0xfea00000);
    EXPECT(parsed_machine()->power_off.sleep_control.is_memory);
    fake_put32(FADT + SLEEP_CONTROL + 4, 0x100000);     /* in the middle of memory */
    seal_table(FADT, FADT_V5);
    EXPECT_EQ(parsed_machine()->power_off.sleep_control.address, 0);
    seal_table(FADT, FADT_V1);          /* too short to have one */
    EXPECT_EQ(parsed_machine()->power_off.sleep_control.address, 0);
}

KTEST(dev, acpi_timers)
{
    put_good_tables();
    EXPECT_EQ(parsed_machine()->pm_timer_port, 0x608);
    EXPECT(!parsed_machine()->pm_timer_is_32_bit);
    EXPECT_EQ(parsed_machine()->hpet, 0xfed00000);
    fake_put32(FADT + FLAGS, 1u << 8);
    seal_table(FADT, FADT_V1);
    EXPECT(parsed_machine()->pm_timer_is_32_bit);
    put_hpet(1, 0xfed00000);            /* no address in memory */
    EXPECT_EQ(parsed_machine()->hpet, 0);
    put_hpet(0, 0x1fed00000);           /* out of reach */
    EXPECT_EQ(parsed_machine()->hpet, 0);
    put_hpet(0, 0x100000);
    EXPECT_EQ(parsed_machine()->hpet, 0);
    put_hpet(0, 0xfed00000);
    seal_table(HPET, 51);               /* ends before the address does */
    EXPECT_EQ(parsed_machine()->hpet, 0);
}
