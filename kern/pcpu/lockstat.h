/* What spinlocks cost: of each class, how often they were taken and waited for, and how long.
 *
 * Nothing is counted before lockstat_begin(), and nothing at all on machines that do not call it
 * (boot option lockstat).
 * Each CPU counts for itself, with interrupts off; the figures are added up when someone asks.
 * Times are in cycles of the time stamp counter. */
#pragma once

#include "lib/types.h"

struct lock_class;
struct spinlock;

struct lock_figures {
    const struct lock_class *class;
    uint64_t  taken, contended;         /* how often; and had to be waited for */
    uint64_t  turns;                    /* of the waiting loop */
    uint32_t  longest_hold, longest_wait;
    uintptr_t held_at, waited_at;       /* where the lock was taken then */
};

/* What the figures of one CPU need; its size is for those that allocate it. */
struct lockstat;
enum { LOCKSTAT_SIZE = 4096 };

/* All locks that the CPUs below `count` take are counted, from now on, while locks are watched
 * (spinlocks_watch()): memory[cpu] has LOCKSTAT_SIZE bytes, all zero. */
void lockstat_begin(void *const memory[], unsigned count);

/* The figures, so far, of the first class from number `*index` on, 0 or more, which becomes the
 * next number.  False if there is none.  Callable at any time; what other CPUs do meanwhile may be
 * missed in some of the figures. */
bool lockstat_next(unsigned *index, struct lock_figures *figures);

/* Told by watched spinlocks, of the running CPU with interrupts off: it has waited that long for
 * the lock that it takes next; it has taken a lock; it gives one back, which it took `at` that
 * place. */
void lockstat_waited(uint64_t cycles, uint32_t turns);
void lockstat_taken(const struct spinlock *lock, const struct lock_class *class, uintptr_t at);
void lockstat_released(const struct spinlock *lock, const struct lock_class *class, uintptr_t at);
