/* What the firmware says about the machine: which table is believed, and what is said of it. */
#include "dev/discover.h"

#include "abi/error.h"
#include "dev/log.h"
#include "dev/machine_tables_priv.h"
#include "pcpu/x86.h"

#define BIOS_DATA_AREA      0x400u
#define CPUID_HTT           (1u << 28)      /* leaf 1, EDX: a package may hold several CPUs */

static void say_what_was_found(const struct machine *m)
{
    KERN_INFO("Machine: %u CPU%s (%s), %u I/O APIC%s%s.\n", m->ncpus, m->ncpus == 1 ? "" : "s",
              m->source, m->nioapics, m->nioapics == 1 ? "" : "s",
              m->apic_id_max > UINT8_MAX ? ", x2APIC mode" : "");
    if (m->cpus_disabled > 0)
        KERN_INFO("Machine: %u more CPUs are disabled by the firmware.\n", m->cpus_disabled);
    if (m->cpus_ignored > 0)
        KERN_WARN("%u CPUs are left out: at most %u are used, each once, with APIC ids up to %u\n",
                  m->cpus_ignored, (unsigned)NUM_CPUS, m->apic_id_max);
    if (m->ioapics_ignored > 0)
        KERN_WARN("%u I/O APICs are left out: more than %u, or not above 0x%x\n",
                  m->ioapics_ignored, MAX_IOAPICS, DEVICE_LO);
}

/* The MP table of many machines lists one CPU of each package only.  The boot processor knows
 * for how many CPUs its package has APIC ids (SDM vol. 2, CPUID leaf 1, EBX bits 16 to 23). */
static void say_what_may_be_missing(const struct machine *m)
{
    struct cpuid_result r = cpuid(1, 0);
    unsigned room = r.edx & CPUID_HTT ? r.ebx >> 16 & 0xff : 1;
    unsigned listed = machine_cpus_in_boot_package(m, room);

    if (listed < room)
        KERN_WARN("without ACPI CPUs may be missing: the boot CPU's package has up to %u, "
                  "%u listed\n", room, listed);
}

/* 0 if a table was found that lists the CPUs. */
static int parse_tables(const struct physical_memory *memory, paddr_t acpi_root)
{
    int error = acpi_parse(memory, acpi_root, &machine);

    if (error == E_INVAL_ARG)
        KERN_WARN("the ACPI tables are damaged\n");
    if (!error)
        return error;
    error = mptable_parse(memory, &machine);
    if (error == E_INVAL_ARG)
        KERN_WARN("the MP table is damaged\n");
    return error;
}

void machine_discover(const struct machine_hints *hints)
{
    /* All of memory but page 0's interrupt vectors: NULL stays what it is. */
    struct physical_window all = {
        (const uint8_t *)(uintptr_t)BIOS_DATA_AREA, BIOS_DATA_AREA, UINT32_MAX - BIOS_DATA_AREA,
    };
    struct physical_memory memory = { &all, 1 };

    machine_set_defaults(&machine);
    machine.apic_id_max = hints->apic_id_max;
    if (parse_tables(&memory, hints->acpi_root) != 0)
        KERN_WARN("neither ACPI nor an MP table lists the CPUs: only this one is used\n");
    machine_set_boot_cpu(&machine, hints->boot_apic_id);
    say_what_was_found(&machine);
    if (!machine.is_from_acpi)
        say_what_may_be_missing(&machine);
}
