/* How to write a scenario: a small program of a few threads whose schedules the explorer tries
 *.
 *
 *     static void add(void *unused) { ... }
 *     static void begin(void) { play("first", 0, add, NULL); play("second", 1, add, NULL); }
 *     static void end(void) { REQUIRE(count == 2); }
 *     SCENARIO(counter, .begin = begin, .end = end);
 *
 * The memory is fresh for each schedule: variables are as they were initialised. */
#pragma once

#include "lib/assert.h"
#include "lib/types.h"
#include "pcpu/spinlock.h"
#include "pmm/pmm.h"
#include "thread/condition.h"
#include "thread/sched.h"
#include "thread/thread.h"

struct scenario {
    const char *name, *file;
    void      (*begin)(void);           /* on CPU 0, before there is anything to choose */
    void      (*end)(void);             /* when nothing can happen any more; or NULL */
    unsigned    may_wait;               /* so many threads may wait for ever */
    bool        keeps_threads;          /* those that have ended are freed at the end only: others
                                         * may name them */
    bool        has_processes;          /* the process layer comes up, too */
    bool        late_stores;            /* others may see a store later (store_buffer.h) */
    unsigned    ticks;                  /* timer interrupts that are tried at any step; 0: 1 */
};

#define SCENARIO(its_name, ...)                                                         \
    static const struct scenario scenario_##its_name = {                                \
        .name = #its_name, .file = __FILE__, __VA_ARGS__                                \
    };                                                                                  \
    __attribute__((section("scenarios"), used))                                         \
    static const struct scenario *const scenario_##its_name##_listed = &scenario_##its_name

/* Must hold, or the schedule fails. */
#define REQUIRE(condition) KERN_ASSERT(condition)

enum { ANY_CPU = -1 };

/* A kernel thread that runs function(argument) on that CPU, or where the kernel likes.  At the end
 * it must have ended.  At most PLAYERS_MAX. */
enum { PLAYERS_MAX = 16 };
struct thread *play(const char *name, int cpu, void (*function)(void *), void *argument);

/* To be played: kills a thread, which the scenario keeps (keeps_threads). */
static inline void kill_player(void *victim)
{
    thread_kill(victim);
}

/* How many CPUs the machine has. */
extern unsigned cpu_count;

/* A class for a scenario's own locks: taken before all of the kernel's. */
extern const struct lock_class scenario_lock;
