/* Bring-up: what happens once, in which order, from the boot loader to a machine whose CPUs run
 * threads.  No locks of its own. */
#pragma once

#include "lib/types.h"

/* Brings the machine up, given what the loader left in EAX and EBX: afterwards every CPU runs
 * threads but the caller, which is to call sched_idle().  `check` is called as soon as the command
 * line is known: it refuses unknown options.  Boot CPU, once. */
void init_machine(uint32_t magic, const void *info,
                  void (*check)(const char *command_line));

/* The boot options. */
const char *boot_command_line(void);

/* The number that follows `key=`, or `standard`; the machine ends if it is none. */
unsigned boot_option_number(const char *key, unsigned standard);

/* Says what is wrong with an option, and ends the machine. */
NORETURN void boot_option_refuse(const char *what, const char *value);
