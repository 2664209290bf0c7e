/* The end of a run that went wrong: all CPUs are stopped by NMI, then one report shows where
 * each of them was, and the machine is left with EXIT_PANIC.
 *
 * panic_at(), which KERN_PANIC and KERN_ASSERT call, is declared in lib/assert.h.  All functions
 * here may be called in any state, with any locks held.  The first call wins: a CPU that
 * comes second is stopped like the others, and a panic within a panic ends the run at once. */
#pragma once

#include "lib/assert.h"
#include "lib/types.h"

struct context;

/* Code that was interrupted: where, its frame pointer, and the thread that ran it (NULL: the
 * one on whose stack the call is made). */
struct panic_place {
    uintptr_t             eip, ebp;
    const struct context *context;
};

/* For faults in the kernel: the backtrace starts at the code that faulted. */
NORETURN void panic_at_place(const struct panic_place *place, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* Stops and reports though nothing is broken: a time limit, say.  The machine is left with
 * `code` (dev/machine_exit.h). */
NORETURN void panic_report_all(uint8_t code, const char *format, ...) PRINTF_LIKE(2, 3);

/* The NMI handler calls this first.  If another CPU reports, this one records where it was and
 * halts for good.  Returns true if this CPU itself reports: the NMI means nothing then. */
bool panic_nmi(const struct panic_place *place);

/* For reports on a machine that runs: prints "name+0x12 (FILE:LINE)" after `prefix`; and the lock
 * that a CPU waits for just now, if any, with its holder. */
void panic_print_address(const char *prefix, uintptr_t address);
void panic_print_wanted_lock(unsigned cpu);

/* What the code before that address belongs to: "function (FILE:LINE)", cut to `size` bytes; the
 * number where that is not known. */
void code_place(uintptr_t address, char *text, size_t size);

/* Prints the end of the record of the run (pcpu/trace.h) below a report; NULL: that is not wanted.
 * It may rely on no lock.  Set once, before there is anything to report. */
extern void (*panic_print_record)(void);

/* The two places where trap/entry.S continues after its C code; it keeps its struct trapframe
 * above that call's argument.  By these addresses backtraces know a trap and show what was
 * interrupted.  Set once by the trap layer. */
extern uintptr_t panic_trap_returns[2];
