/* The boot command line: words separated by spaces, each `key` or `key=value`.  If a key comes
 * twice, the last one counts.  The word that starts with `run=` takes the rest of the line,
 * with its spaces, since that is a program's own command line.  Nothing here blocks. */
#pragma once

#include "lib/types.h"

/* Is there a word `KEY` or `KEY=...`? */
bool option_present(const char *cmdline, const char *key);

/* Copies the value of `KEY=value` to OUT.  False, and OUT is untouched, if there is none or
 * if it does not fit SIZE bytes with its 0. */
MUST_USE bool option_string(const char *cmdline, const char *key, char *out, size_t size);

/* The value of `KEY=number`, decimal or 0x and hexadecimal, or STANDARD if KEY is absent.
 * E_INVAL_ARG, and OUT is untouched, if the value is no number or exceeds 32 bits. */
MUST_USE int option_unsigned(const char *cmdline, const char *key, unsigned standard,
                             unsigned *out);

/* The first word whose key is not among KEYS, or NULL: its address in CMDLINE. */
const char *option_check_known(const char *cmdline, const char *const keys[], size_t count);
