/* Which locks were taken while others were held: debug builds note each pair of lock classes that
 * they meet, so that misc/LOCKS.md can be compared with what happens (scripts/check/lockcheck). */
#pragma once

#include "lib/types.h"

struct lock_class;

#ifdef DEBUG

/* A lock of class `taken` is about to be taken while one of class `held` is held.  Interrupts
 * may be on; takes no lock. */
void lock_edge_note(const struct lock_class *held, const struct lock_class *taken);

/* Calls visit() for each pair noted so far; a pair may come twice. */
void lock_edges_for_each(void (*visit)(const struct lock_class *held,
                                       const struct lock_class *taken));

#endif
