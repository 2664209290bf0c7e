/* Timers of a known rate, by which the clock is calibrated.  Boot processor only. */
#pragma once

#include "lib/types.h"

struct reference_clock {
    const char *name;
    uint64_t  (*start)(void);           /* its periods per second; 0: the machine has none */
    uint64_t  (*elapsed)(void);         /* periods since start() */
    bool      (*is_running)(void);      /* false: elapsed() has wrapped, or never counted; NULL:
                                         * that takes a second at least */
};

extern const struct reference_clock pit_reference;              /* pit.c */
extern const struct reference_clock pm_timer_reference;         /* pm_timer.c */
extern const struct reference_clock hpet_reference;             /* hpet.c */
extern const struct reference_clock cycles_reference;           /* cpuid_rate.c */

/* All of them, the most trustworthy first (clock.c). */
enum { NUM_REFERENCES = 4 };
extern const struct reference_clock *const clock_references[NUM_REFERENCES];
