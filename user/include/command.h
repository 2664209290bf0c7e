/* Command lines: what spawn() takes, and the new program takes apart again (start.c). */
#pragma once

#include "lib/types.h"

/* Puts the words, which a NULL ends, together as a command line: what is started with it finds
 * these words, whatever is in them.  Its length with its 0; 0, and `command` is of no use, if that
 * is more than `size`. */
MUST_USE size_t join_words(const char *const words[], char *command, size_t size);
