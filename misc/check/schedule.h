/* Schedules: what was chosen at the steps of a run, as a short text; and who chooses. */
#pragma once

#include "lib/types.h"
#include "machine.h"

/* One way to choose.  Options come with the one first that needs no choice. */
struct strategy {
    const char *name;
    bool (*begin)(void);                /* the next schedule; false: there is no other one */
    unsigned (*choose)(const struct move *moves, unsigned count);
    void (*end)(void);                  /* the run is over */
};

extern const struct strategy random_strategy, priority_strategy, partial_order_strategy,
                             selective_strategy, exhaustive_strategy, replay_strategy,
                             loose_strategy, branch_strategy;

/* From now on this one chooses. */
void schedule_use(const struct strategy *strategy);

/* Begins the next run; false: the strategy has no more. */
bool schedule_begin(void);
void schedule_end(void);

/* For the machine: the index of the option that happens. */
unsigned schedule_choose(const struct move *moves, unsigned count, const char *what,
                         uintptr_t place);
void schedule_note_interrupt(unsigned vector);

/* Must the machine ask at each step, also where nothing is to choose? */
bool schedule_asks_always(void);

/* The schedule of the last run, "-" if nothing was chosen otherwise; and the next one for
 * replay_strategy.  False: the text is no schedule. */
const char *schedule_text(void);
bool schedule_parse(const char *text);

/* As replay_strategy up to that step, and at random from there: for branch_strategy. */
void schedule_branch_at(unsigned step);

/* Was each choice possible that replay_strategy has made in the last run? */
bool schedule_fits(void);

/* How many choices of the last run were not the first option. */
unsigned schedule_choices(void);

/* Holds the last run's choices; how many these are.  The next run for loose_strategy: theirs
 * without some. */
void schedule_hold(void);
unsigned schedule_held(void);
void schedule_leave_out(unsigned first, unsigned count);

/* From now on each run tells what happens, a line for each event (story.c). */
extern bool schedule_is_told;
