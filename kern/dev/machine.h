/* What the firmware says about the machine: its CPUs, interrupt controllers, timers, and how it
 * is switched off.
 * Written once on the boot processor before the other CPUs start; read-only from then on. */
#pragma once

#include "abi/layout.h"
#include "lib/types.h"

enum {
    MAX_IOAPICS = 8,
    NUM_ISA_IRQS = 16,
};

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

/* A register that ACPI describes: a port, or an address in the device window. */
struct machine_register {
    bool     is_memory;
    uint32_t address;                       /* 0: there is none */
};

/* How ACPI switches the machine off (ACPI 6.4, 7.4.2.6). */
struct machine_power_off {
    bool     is_known;                      /* the sleep types of the state S5 were found */
    uint8_t  type_a, type_b;                /* these, for the two PM1 control registers */
    uint16_t control_a, control_b;          /* ports; 0: there is none */
    uint16_t smi_command;                   /* port for `acpi_enable`; 0: ACPI is always on */
    uint8_t  acpi_enable;
    struct machine_register sleep_control;  /* of machines without PM1 registers */
};

struct machine {
    const char *source;                     /* "ACPI MADT", "MP table" or "none" */
    bool        is_from_acpi;               /* so no CPU is missing in it */
    unsigned    ncpus;                      /* at least 1; CPU 0 is the boot processor */
    uint32_t    apic_id[NUM_CPUS];
    uint32_t    apic_id_max;                /* the greatest that can be sent an interrupt */
    unsigned    cpus_disabled;              /* listed, but not usable */
    unsigned    cpus_ignored;               /* beyond NUM_CPUS or apic_id_max, or listed twice */
    unsigned    nioapics;
    struct machine_ioapic ioapic[MAX_IOAPICS];
    unsigned    ioapics_ignored;            /* too many, or below DEVICE_LO */
    struct machine_irq    irq[NUM_ISA_IRQS];
    bool        has_imcr;                   /* the PIC bypasses the APIC (MP 1.4, 3.6.2.1) */
    struct machine_power_off power_off;
    uint16_t    pm_timer_port;              /* ACPI's timer; 0: there is none */
    bool        pm_timer_is_32_bit;         /* or else it counts in 24 bits */
    paddr_t     hpet;                       /* the HPET's registers; 0: there is none */
};

extern struct machine machine;
