/* Starting the other CPUs, "application processors": boot/ap_start.S is what they run first. */
#pragma once

#include "lib/types.h"

/* How far a CPU got. */
enum ap_stage { AP_SILENT, AP_PROTECTED_MODE, AP_PAGING, AP_ENTERED };

/* Resets all CPUs but this one, and returns without waiting for them: they need 10 ms (SDM
 * vol. 3, 8.4.4.1), in which the boot can go on.  Boot processor, after lapic_init(). */
void ap_reset_all(void);

/* Puts their first instructions into this page, which has no other use and lies below 1 MB: CPUs
 * start in real mode. */
void ap_place(paddr_t page);

/* Starts CPU `cpu`: it calls entry(), which must not return, on the given stack, interrupts
 * off, with this CPU's CR0, CR3 and CR4.  Waits until it does, at most 2 s: E_TIMEOUT then,
 * and the CPU is reset again, so that it does not turn up later.  After ap_reset_all(),
 * ap_place() and clock_calibrate(); boot processor, one CPU after the other. */
MUST_USE int ap_start(unsigned cpu, void *stack_top, void (*entry)(void));

/* The last stage that the CPU started last has reached. */
enum ap_stage ap_stage(void);
const char *ap_stage_name(void);
