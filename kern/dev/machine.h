/* What the firmware says about the machine: its CPUs and interrupt controllers.
 * Written once on the boot processor before the other CPUs start; read-only from then on. */
#pragma once

#include "abi/layout.h"
#include "lib/types.h"

#define MAX_IOAPICS     8
#define NUM_ISA_IRQS    16

enum irq_polarity { ACTIVE_HIGH, ACTIVE_LOW };
enum irq_trigger { EDGE_TRIGGERED, LEVEL_TRIGGERED };

struct machine_ioapic {
    paddr_t  base;              /* of its registers */
    uint32_t gsi_base;          /* number of its first input among all I/O APICs' inputs */
    uint8_t  id;
};

/* Where an ISA interrupt arrives ("global system interrupt", ACPI 6.4, 5.2.13). */
struct machine_irq {
    uint32_t          gsi;
    enum irq_polarity polarity;
    enum irq_trigger  trigger;
};

struct machine {
    const char *source;                     /* "ACPI MADT", "MP table" or "none" */
    unsigned    ncpus;                      /* at least 1; CPU 0 is the boot processor */
    uint8_t     apic_id[NUM_CPUS];
    unsigned    cpus_disabled;              /* listed, but not usable */
    unsigned    cpus_ignored;               /* beyond NUM_CPUS, listed twice, or x2APIC only */
    paddr_t     lapic_base;
    unsigned    nioapics;
    struct machine_ioapic ioapic[MAX_IOAPICS];
    unsigned    ioapics_ignored;            /* too many, or below DEVICE_LO */
    struct machine_irq    irq[NUM_ISA_IRQS];
    bool        has_imcr;                   /* the PIC bypasses the APIC (MP 1.4, 3.6.2.1) */
    uint16_t    power_off_port;             /* ACPI's PM1a control register, 0 if unknown */
};

extern struct machine machine;

/* Fills `machine` from the ACPI tables, or else from the MP table, or else with one CPU and
 * the usual addresses; says what it had to leave out.  Boot processor, paging still off: the
 * tables may lie anywhere below 4 GB. */
void machine_discover(void);
