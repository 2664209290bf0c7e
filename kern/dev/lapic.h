/* The local APIC: each CPU's own interrupt controller and timer (SDM vol. 3, chapter 10).
 * Every function acts on the CPU that calls it. */
#pragma once

#include "lib/types.h"

enum { LAPIC_TIMER_INTR_FREQ = 1000 };  /* timer interrupts per second on each CPU */

#define LAPIC_ID_LIMIT  0x1000000u      /* greater ids are not used (ap.c has 24 bits for them) */

/* Enables this CPU's APIC; NMIs from other CPUs are accepted from here on.  Needs the CPU's
 * IDT loaded.  Boot processor first.  Interrupts off. */
void lapic_init(void);

/* False before lapic_init() on that CPU. */
bool lapic_is_online(unsigned cpu);

/* This CPU's APIC id, and the greatest id to which an interrupt can be sent.  After
 * lapic_init(). */
uint32_t lapic_id(void);
uint32_t lapic_id_max(void);

/* This CPU's index, found by the device's own id: for when not even the stack can be trusted
 * (panic), since it is slow and get_pcpu_idx() is not.  0 if it cannot be told. */
unsigned lapic_cpu_index(void);

/* End of interrupt: the handler must call it before it switches to another thread. */
void lapic_eoi(void);

/* Reads and clears the error register (SDM vol. 3, 10.5.3): for VECTOR_APIC_ERROR. */
uint32_t lapic_error(void);

/* Sends an interrupt to one CPU, itself included.  Callable in any state. */
void lapic_send_ipi(unsigned cpu, uint8_t vector);

/* Sends an NMI to every other CPU that is online. */
void lapic_send_nmi_others(void);

/* Reset and start of a CPU that does not run yet (ap.c).  `page`: where it starts, physical
 * address / 4096, below 256. */
void lapic_send_init(uint32_t apic_id);
void lapic_send_startup(uint32_t apic_id, uint8_t page);

/* The timer counts down; its rate is the same on all CPUs and known after clock_calibrate(). */
uint32_t lapic_timer_rate(void);                /* counts per second */
void lapic_timer_set_rate(uint32_t rate);       /* clock_calibrate() only */

/* VECTOR_TIMER LAPIC_TIMER_INTR_FREQ times a second; not any more. */
void lapic_timer_start(void);
void lapic_timer_stop(void);

/* Counts down from the greatest value without interrupts; what is left of it. */
void lapic_timer_count(void);
uint32_t lapic_timer_left(void);
