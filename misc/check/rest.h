/* What must hold when nothing can happen any more: all CPUs are halted and no interrupt is pending,
 * or each spins for what no other one will do. */
#pragma once

#include "lib/types.h"

/* Fails if a thread is ready on a CPU, which is halted: its tick would wake it, much too late. */
void rest_expect_no_work(void);

/* Is a deadline set, so that time will wake somebody? */
bool rest_needs_time(void);

/* On CPU 0, in its idle loop: asks the kernel's own checks and the scenario's, and ends the run. */
NORETURN void rest_end_run(void);

/* That CPU, and with it all that run, spins for ever. */
NORETURN void rest_fail_spinning(unsigned cpu);
