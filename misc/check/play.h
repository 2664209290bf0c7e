/* The scenario that is played, and its threads. */
#pragma once

#include "scenario.h"

/* The linker makes these of all SCENARIO()s. */
extern const struct scenario *const __start_scenarios[], *const __stop_scenarios[];

/* What the next schedules are of. */
extern const struct scenario *scenario;

/* On CPU 0, as machine_run() wants it: what needs to be done but once, before memory_keep(); and
 * one schedule of the scenario. */
void boot_once(void);
void boot_scenario(void);

/* A thread of the scenario. */
struct player {
    struct thread *thread;
    const char    *name;
    bool           ended;
};

extern struct player players[PLAYERS_MAX];
extern unsigned player_count;

/* Pages that were charged, and threads, when the scenario began. */
extern uint32_t pages_at_begin, threads_at_begin;

/* The name of the thread that runs, also of an idle one. */
const char *running_name(void);
