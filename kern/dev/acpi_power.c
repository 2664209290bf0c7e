/* The ACPI tables that tell of timers and of the way to switch the machine off (section numbers
 * are of ACPI 6.4). */
#include "dev/acpi_priv.h"

#include "abi/error.h"
#include "lib/aml.h"

struct PACKED fadt {                    /* 5.2.9, as far as used; the older ones end earlier */
    struct table_header header;
    uint32_t firmware_control, dsdt;
    uint8_t  skipped_44[4];
    uint32_t smi_command;
    uint8_t  acpi_enable, skipped_53[11];
    uint32_t pm1a_control, pm1b_control, pm2_control, pm_timer;
    uint8_t  skipped_80[32];
    uint32_t flags;
    uint8_t  skipped_116[24];
    uint64_t x_dsdt;
    uint8_t  skipped_148[96];
    struct generic_address sleep_control;
};
#define FADT_V1             116u        /* what every one has */
#define FLAG_TIMER_32_BIT   (1u << 8)
#define FLAG_REDUCED        (1u << 20)  /* "hardware-reduced": none of the PM1 registers */

struct PACKED hpet {                    /* IA-PC HPET specification 1.0a, 3.2.4 */
    struct table_header    header;
    uint32_t               block;
    struct generic_address base;
};

static bool has_field(const struct fadt *fadt, size_t end)
{
    return fadt->header.length >= end;
}
#define HAS(fadt, field)    has_field(fadt, __builtin_offsetof(struct fadt, field) + \
                                            sizeof((fadt)->field))

static uint16_t port_of(uint32_t address)
{
    return address <= UINT16_MAX ? (uint16_t)address : 0;
}

/* The register if it can be reached, or else none. */
static struct machine_register reachable_register(const struct generic_address *address)
{
    bool is_memory = address->space == ADDRESS_MEMORY;

    if (is_memory ? address->address < DEVICE_LO || address->address > UINT32_MAX
                  : address->space != ADDRESS_PORT || address->address > UINT16_MAX)
        return (struct machine_register){ .address = 0 };
    return (struct machine_register){ is_memory, (uint32_t)address->address };
}

static bool has_sleep_types(const struct table_header *code, uint8_t types[2])
{
    return aml_find_soft_off(code + 1, code->length - sizeof *code, types) == 0;
}

/* The sleep types of S5, which stand in byte code: of the DSDT, or else of an SSDT. */
static bool find_sleep_types(const struct acpi_tables *tables, const struct fadt *fadt,
                             uint8_t types[2])
{
    uint64_t address = HAS(fadt, x_dsdt) && fadt->x_dsdt ? fadt->x_dsdt : fadt->dsdt;
    const struct table_header *code = acpi_table_at(tables->memory, address, "DSDT");
    uint32_t next = 0;

    if (code && has_sleep_types(code, types))
        return true;
    while ((code = acpi_next_table(tables, "SSDT", &next)))
        if (has_sleep_types(code, types))
            return true;
    return false;
}

static void add_power_off(const struct acpi_tables *tables, const struct fadt *fadt,
                          struct machine_power_off *out)
{
    uint8_t types[2];

    if (!find_sleep_types(tables, fadt, types))
        return;
    *out = (struct machine_power_off){ .is_known = true, .type_a = types[0],
                                       .type_b = types[1] };
    if (fadt->flags & FLAG_REDUCED) {
        if (HAS(fadt, sleep_control))
            out->sleep_control = reachable_register(&fadt->sleep_control);
        return;
    }
    out->control_a = port_of(fadt->pm1a_control);
    out->control_b = port_of(fadt->pm1b_control);
    out->smi_command = port_of(fadt->smi_command);
    out->acpi_enable = fadt->acpi_enable;
}

static void add_pm_timer(const struct fadt *fadt, struct machine *out)
{
    if (fadt->flags & FLAG_REDUCED)
        return;
    out->pm_timer_port = port_of(fadt->pm_timer);
    out->pm_timer_is_32_bit = fadt->flags & FLAG_TIMER_32_BIT;
}

static void add_hpet(const struct hpet *hpet, struct machine *out)
{
    struct machine_register base = reachable_register(&hpet->base);

    if (base.is_memory)
        out->hpet = base.address;
}

void acpi_parse_power(const struct acpi_tables *tables, struct machine *out)
{
    const struct table_header *fadt = acpi_find_table(tables, "FACP");
    const struct table_header *hpet = acpi_find_table(tables, "HPET");

    if (fadt && fadt->length >= FADT_V1) {
        add_power_off(tables, (const struct fadt *)fadt, &out->power_off);
        add_pm_timer((const struct fadt *)fadt, out);
    }
    if (hpet && hpet->length >= sizeof(struct hpet))
        add_hpet((const struct hpet *)hpet, out);
}
