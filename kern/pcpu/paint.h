/* Paint, by which debug builds find out what leaks from kernel stacks to programs.
 *
 * Before each system call the stack below it is painted.  A variable that the call never sets
 * then holds paint, and a word of paint in what goes out to the program is one that no code has
 * written.  The paint is mixed anew at each boot, so that no program can know it and hand it in;
 * it looks like no address of a program, no small number and no error.  In release builds there
 * is none. */
#pragma once

#include "lib/types.h"

#ifdef DEBUG

/* Mixes the paint.  Once, at boot. */
void paint_init(void);

/* Paints what lies next below the caller's frame, where the functions that it calls will have
 * theirs: as much as those can fill whose variables go out. */
void paint_below(void);

/* Is one of the words that lie in these bytes, counted from the first one, paint? */
bool paint_is_in(const void *bytes, size_t size);

#else

static inline void paint_init(void) { }

#endif
