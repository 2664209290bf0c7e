/* The boot command line: words separated by spaces, each `key` or `key=value`.  If a key comes
 * twice, the last one counts.  The word that starts with `run=` takes the rest of the line,
 * with its spaces, since that is a program's own command line.  Nothing here blocks. */
#pragma once

#include "lib/types.h"

/* Is there a word `KEY` or `KEY=...`? */
bool option_present(const char *cmdline, const char *key);

/* Does the last word with `key` have a `=`? */
bool option_has_value(const char *cmdline, const char *key);

/* Copies the value of `KEY=value` to `out`.  False, and `out` is untouched, if there is none or
 * if it does not fit `size` bytes with its 0. */
MUST_USE bool option_string(const char *cmdline, const char *key, char *out, size_t size);

/* The value of `KEY=number`, decimal or 0x and hexadecimal, or `standard` if `key` is absent.
 * E_INVAL_ARG, and `out` is untouched, if the value is no number or exceeds 32 bits. */
MUST_USE int option_unsigned(const char *cmdline, const char *key, unsigned standard,
                             unsigned *out);

/* The first word whose key is not among `keys`, or NULL: its address in `cmdline`. */
const char *option_check_known(const char *cmdline, const char *const keys[], size_t count);
