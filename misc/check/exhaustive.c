/* Depth-first search.  The cost of a schedule is how often something happens to a CPU that could as
 * well have gone on: preemptions, timer interrupts, interrupts that come late.  Bounded so, the
 * number of schedules grows with a power of the number of steps, not exponentially; most faults
 * need one or two such events (Musuvathi and Qadeer, PLDI 2007).  All of bound 0 come first, then
 * 1, ...
 *
 * A CPU that loses the turn though it could go on sleeps (Godefroid, "Partial-Order Methods for the
 * Verification of Concurrent Systems", 1996): as long as nothing happens that its next access
 * depends on, it does not get the turn back.  What could follow was tried before, in the schedule
 * in which it made that access first and lost the turn just after it, which costs no more.  Other
 * CPUs that could have gone on do not sleep: to be first, they would have to lose the turn once
 * more.  (Coons, Musuvathi and McKinley, OOPSLA 2013, have why bounds and sleeping must be brought
 * together with care.)
 *
 * Steps are open only at memory that is known to be shared.  A schedule may show that more is; then
 * those of that bound begin anew, until none does. */
#include "exhaustive.h"

#include "schedule.h"
#include "store_buffer.h"

#include <string.h>

enum { DEPTH_MAX = 20000 };

unsigned bound = 2;

static struct branch {
    unsigned step, index;               /* the option taken: of those that the bound allows */
    bool     is_last;
    bool     reads_time;                /* the CPU does so, going on from there; */
    bool     is_unseen;                 /* or what no step tells of */
} branches[DEPTH_MAX];

/* What a CPU that sleeps is about to access; word 0: it does not sleep. */
static struct sleeper {
    uintptr_t word;
    bool      writes, reads_time;
} sleepers[CPUS_MAX];

static unsigned depth, next_branch;
static unsigned current_bound, spent;
static bool begun, grew;
static int exhausted = -1;

int exhausted_bound(void)
{
    return exhausted;
}

/* Leaves the branches that are done and takes the next option of the deepest other one. */
static bool next_schedule(void)
{
    while (depth > 0 && branches[depth - 1].is_last)
        depth--;
    if (depth == 0)
        return false;
    branches[depth - 1].index++;
    return true;
}

static bool raise_bound(void)
{
    if (!grew)
        exhausted = (int)current_bound++;
    grew = false;
    return current_bound <= bound;
}

void exhaustive_restart(void)
{
    depth = current_bound = 0;
    begun = grew = false;
    exhausted = -1;
}

void exhaustive_note_unseen(void)
{
    memset(sleepers, 0, sizeof sleepers);
    if (next_branch > 0)
        branches[next_branch - 1].is_unseen = true;
}

void exhaustive_note_time(void)
{
    if (next_branch > 0)
        branches[next_branch - 1].reads_time = true;
}

static bool begin_search(void)
{
    next_branch = spent = 0;
    memset(sleepers, 0, sizeof sleepers);
    if (begun)
        return next_schedule() || raise_bound();
    begun = true;
    return true;
}

static bool is_allowed(const struct move *move)
{
    bool sleeps = move->action == GO_ON && sleepers[move->cpu].word != 0;

    return !sleeps && spent + move->cost <= current_bound;
}

/* The option of that index among those which the bound allows; stores whether it is the last.  If
 * there is none, the run is like one that was tried before. */
static unsigned allowed_move(const struct move *moves, unsigned count,
                             unsigned index, bool *is_last)
{
    unsigned found = 0, seen = 0;

    for (unsigned i = 0; i < count; i++) {
        if (!is_allowed(&moves[i]))
            continue;
        if (seen == index)
            found = i;
        seen++;
    }
    if (seen == 0)
        succeed();
    *is_last = index + 1 >= seen;
    return found;
}

/* Words lie in pairs, for accesses to eight bytes. */
static bool depends(const struct sleeper *sleeper, const struct move *move)
{
    if (move->action == TAKE_TICK)
        return sleeper->reads_time;
    if (move->action != GO_ON || move->is_local)
        return false;
    return move->word == 0 ||
           (move->word / 2 == sleeper->word / 2 && (move->writes || sleeper->writes));
}

/* That move happens; the first one could have, and has in an earlier run. */
static void update_sleepers(const struct move *first, const struct move *move)
{
    unsigned cpu = current_cpu();
    bool loses_turn = move->cpu != cpu && first->cpu == cpu && first->action == GO_ON &&
                      first->cost == 0;

    if (loses_turn && !branches[next_branch - 1].is_unseen && !stores_may_be_late)
        sleepers[cpu] = (struct sleeper){
            first->word, first->writes, branches[next_branch - 1].reads_time
        };
    sleepers[move->cpu].word = 0;
    for (unsigned other = 0; other < cpu_count; other++)
        if (depends(&sleepers[other], move))
            sleepers[other].word = 0;
}

static unsigned next_move(const struct move *moves, unsigned count)
{
    struct branch *branch = &branches[next_branch];
    unsigned chosen;
    bool is_last;

    if (next_branch < depth) {
        if (branch->step != step_number())
            return 0;                   /* opened meanwhile: its turn comes when all begin anew */
        next_branch++;
        chosen = allowed_move(moves, count, branch->index, &branch->is_last);
    } else {
        chosen = allowed_move(moves, count, 0, &is_last);
        if (!is_last && depth < DEPTH_MAX) {
            *branch = (struct branch){ .step = step_number() };
            next_branch = ++depth;
        }
    }
    return chosen;
}

static unsigned choose_next(const struct move *moves, unsigned count)
{
    unsigned chosen = next_move(moves, count);

    update_sleepers(&moves[0], &moves[chosen]);
    spent += moves[chosen].cost;
    return chosen;
}

static void end_schedule(void)
{
    if (sharing_has_grown())
        grew = true;
}

const struct strategy exhaustive_strategy = { "exhaustive", begin_search, choose_next,
                                              end_schedule };
