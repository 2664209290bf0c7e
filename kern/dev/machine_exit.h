/* Leaving the machine. */
#pragma once

#include "lib/types.h"

/* Codes that scripts/run knows.  QEMU's exit status becomes 2 * code + 1 (isa-debug-exit), so
 * it is never 0 or 1, with which QEMU itself ends. */
enum {
    EXIT_PASS = 0x10,
    EXIT_FAIL = 0x11,
    EXIT_PANIC = 0x12,
    EXIT_LIMIT = 0x13,                  /* the time limit has passed */
    EXIT_PROGRAM = 0x40,                /* + a program's exit status, up to */
    EXIT_PROGRAM_MAX = 63,
};

/* Ends the run, when all that was written before has left the serial port.  Where there is no
 * isa-debug-exit: powers the machine off if ACPI says how, or else says that it can be switched
 * off, and halts this CPU for good.  Callable in any state in which KERN_INFO() is. */
NORETURN void machine_exit(uint8_t code);
