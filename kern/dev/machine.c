/* What the firmware says about the machine: which table is believed, and what is said of it. */
#include "dev/machine.h"

#include "abi/error.h"
#include "dev/log.h"
#include "dev/machine_tables_priv.h"
#include "pcpu/x86.h"

#define BIOS_DATA_AREA      0x400u

struct machine machine;

/* This CPU's APIC id (SDM vol. 2, CPUID leaf 1). */
static uint8_t own_apic_id(void)
{
    return (uint8_t)(cpuid(1, 0).ebx >> 24);
}

static void say_what_was_found(const struct machine *m)
{
    KERN_INFO("Machine: %u CPU%s (%s), %u I/O APIC%s.\n", m->ncpus, m->ncpus == 1 ? "" : "s",
              m->source, m->nioapics, m->nioapics == 1 ? "" : "s");
    if (m->cpus_disabled > 0)
        KERN_INFO("Machine: %u more CPUs are disabled by the firmware.\n", m->cpus_disabled);
    if (m->cpus_ignored > 0)
        KERN_WARN("%u CPUs are left out: at most %u are used, each once, in xAPIC mode\n",
                  m->cpus_ignored, (unsigned)NUM_CPUS);
    if (m->ioapics_ignored > 0)
        KERN_WARN("%u I/O APICs are left out: more than %u, or not above 0x%x\n",
                  m->ioapics_ignored, MAX_IOAPICS, DEVICE_LO);
}

void machine_discover(void)
{
    /* All of memory but page 0's interrupt vectors: NULL stays what it is. */
    struct physical_window all = {
        (const uint8_t *)(uintptr_t)BIOS_DATA_AREA, BIOS_DATA_AREA, UINT32_MAX - BIOS_DATA_AREA,
    };
    struct physical_memory memory = { &all, 1 };
    int error;

    machine_set_defaults(&machine);
    error = acpi_parse(&memory, &machine);
    if (error == E_INVAL_ARG)
        KERN_WARN("the ACPI tables are damaged\n");
    if (error != E_SUCC) {
        error = mptable_parse(&memory, &machine);
        if (error == E_INVAL_ARG)
            KERN_WARN("the MP table is damaged\n");
    }
    if (error != E_SUCC)
        KERN_WARN("neither ACPI nor an MP table lists the CPUs: only this one is used\n");
    machine_set_boot_cpu(&machine, own_apic_id());
    say_what_was_found(&machine);
}
