/* The make-believe memory of the parsers' tests, and tests of what the parsers share. */
#include "dev/tables_test_priv.h"

#include "lib/assert.h"
#include "lib/ktest.h"
#include "lib/string.h"

#define BIOS_DATA       0x400u
#define EBDA_POINTER    0x40eu

static uint8_t bios_data[0x100], ebda[0x400], rom[0x20000], tables[FAKE_TABLES_SIZE];

static const struct physical_window windows[] = {
    { bios_data, BIOS_DATA, sizeof bios_data },
    { ebda, FAKE_EBDA, sizeof ebda },
    { rom, FAKE_ROM, sizeof rom },
    { tables, FAKE_TABLES, sizeof tables },
};
static const struct physical_memory memory = { windows, ARRAY_SIZE(windows) };

const struct physical_memory *fake_memory(void)
{
    return &memory;
}

uint8_t *fake_bytes(uint32_t address)
{
    for (unsigned i = 0; i < ARRAY_SIZE(windows); i++)
        if (address - windows[i].base < windows[i].length)
            return (uint8_t *)(uintptr_t)windows[i].bytes + (address - windows[i].base);
    KERN_PANIC("no byte at 0x%x in the test's memory", address);
}

void fake_put8(uint32_t address, uint8_t value)
{
    *fake_bytes(address) = value;
}

void fake_put16(uint32_t address, uint16_t value)
{
    memcpy(fake_bytes(address), &value, sizeof value);
}

void fake_put32(uint32_t address, uint32_t value)
{
    memcpy(fake_bytes(address), &value, sizeof value);
}

void fake_put_text(uint32_t address, const char *text)
{
    memcpy(fake_bytes(address), text, strlen(text));
}

void fake_checksum(uint32_t address, uint32_t start, uint32_t length)
{
    uint8_t sum = 0;

    fake_put8(address, 0);
    for (uint32_t i = 0; i < length; i++)
        sum += *fake_bytes(start + i);
    fake_put8(address, (uint8_t)-sum);
}

void fake_memory_reset(void)
{
    memset(bios_data, 0, sizeof bios_data);
    memset(ebda, 0, sizeof ebda);
    memset(rom, 0, sizeof rom);
    memset(tables, 0, sizeof tables);
    fake_put16(EBDA_POINTER, FAKE_EBDA >> 4);
}

KTEST(dev, physical_bytes_stay_inside_a_window)
{
    const uint32_t end = FAKE_TABLES + FAKE_TABLES_SIZE;

    EXPECT(physical_bytes(&memory, FAKE_TABLES, 0) == tables);
    EXPECT(physical_bytes(&memory, FAKE_TABLES, FAKE_TABLES_SIZE) == tables);
    EXPECT(physical_bytes(&memory, FAKE_TABLES, FAKE_TABLES_SIZE + 1) == NULL);
    EXPECT(physical_bytes(&memory, FAKE_TABLES - 1, 2) == NULL);
    EXPECT(physical_bytes(&memory, end - 1, 1) == tables + FAKE_TABLES_SIZE - 1);
    EXPECT(physical_bytes(&memory, end - 1, 2) == NULL);
    EXPECT(physical_bytes(&memory, end, 1) == NULL);
    EXPECT(physical_bytes(&memory, end - 1, UINT32_MAX) == NULL);
    EXPECT(physical_bytes(&memory, 0x100000000ull + FAKE_TABLES, 1) == NULL);
    EXPECT(physical_bytes(&memory, UINT64_MAX, 2) == NULL);
}

KTEST(dev, extended_bios_area_must_be_plausible)
{
    fake_memory_reset();
    EXPECT_EQ(extended_bios_area(&memory), FAKE_EBDA);
    fake_put16(EBDA_POINTER, 0);
    EXPECT_EQ(extended_bios_area(&memory), 0);
    fake_put16(EBDA_POINTER, 0xa000);
    EXPECT_EQ(extended_bios_area(&memory), 0);
    fake_put16(EBDA_POINTER, 0xffff);
    EXPECT_EQ(extended_bios_area(&memory), 0);
}

/* Are these the APIC ids, in this order? */
static bool have_ids(const struct machine *m, const char *ids)
{
    for (unsigned i = 0; i < m->ncpus; i++)
        if (m->apic_id[i] != (uint8_t)ids[i])
            return false;
    return strlen(ids) == m->ncpus;
}

KTEST(dev, boot_cpu_comes_first)
{
    struct machine m;

    machine_set_defaults(&m);
    for (unsigned id = 10; id < 14; id++)
        machine_add_cpu(&m, (uint8_t)id);
    machine_set_boot_cpu(&m, 12);
    EXPECT_EQ(m.ncpus, 4);
    EXPECT(have_ids(&m, "\x0c\x0a\x0b\x0d"));
    machine_set_boot_cpu(&m, 12);
    EXPECT(have_ids(&m, "\x0c\x0a\x0b\x0d"));
    machine_set_boot_cpu(&m, 99);       /* not listed: added */
    EXPECT_EQ(m.ncpus, 5);
    EXPECT(have_ids(&m, "\x63\x0c\x0a\x0b\x0d"));
}

KTEST(dev, too_many_cpus_are_counted)
{
    struct machine m;

    machine_set_defaults(&m);
    for (unsigned id = 0; id < NUM_CPUS + 6; id++)
        machine_add_cpu(&m, (uint8_t)id);
    EXPECT_EQ(m.ncpus, NUM_CPUS);
    EXPECT_EQ(m.cpus_ignored, 6);
    machine_set_boot_cpu(&m, NUM_CPUS + 5);     /* one of those left out */
    EXPECT_EQ(m.ncpus, NUM_CPUS);
    EXPECT_EQ(m.cpus_ignored, 7);
    EXPECT_EQ(m.apic_id[0], NUM_CPUS + 5);
    EXPECT_EQ(m.apic_id[NUM_CPUS - 1], NUM_CPUS - 2);
    machine_set_defaults(&m);
    machine_add_cpu(&m, 3);
    machine_add_cpu(&m, 3);                     /* twice */
    machine_add_cpu(&m, 0xff);                  /* the id that means all */
    machine_add_cpu(&m, 0x100);                 /* out of reach in xAPIC mode */
    EXPECT_EQ(m.ncpus, 1);
    EXPECT_EQ(m.cpus_ignored, 3);
    m.apic_id_max = 0xffffff;                   /* x2APIC mode */
    machine_add_cpu(&m, 0x100);
    EXPECT_EQ(m.apic_id[1], 0x100);
    EXPECT_EQ(m.cpus_ignored, 3);
}

/* What tells that a table lists one CPU of each package only. */
KTEST(dev, cpus_in_the_boot_package)
{
    struct machine m;

    machine_set_defaults(&m);
    machine_set_boot_cpu(&m, 5);
    EXPECT_EQ(machine_cpus_in_boot_package(&m, 1), 1);
    EXPECT_EQ(machine_cpus_in_boot_package(&m, 4), 1);
    for (unsigned id = 0; id < 8; id++)
        machine_add_cpu(&m, id);
    EXPECT_EQ(machine_cpus_in_boot_package(&m, 1), 1);
    EXPECT_EQ(machine_cpus_in_boot_package(&m, 2), 2);
    EXPECT_EQ(machine_cpus_in_boot_package(&m, 3), 4);      /* room comes in powers of 2 */
    EXPECT_EQ(machine_cpus_in_boot_package(&m, 4), 4);
    EXPECT_EQ(machine_cpus_in_boot_package(&m, 0), 1);
}
