/* Depth-first search.  The cost of a schedule is how often something happens to a CPU that could as
 * well have gone on: preemptions, timer interrupts, interrupts that come late.  Bounded so, the
 * number of schedules grows with a power of the number of steps, not exponentially; most faults
 * need one or two such events (Musuvathi and Qadeer, PLDI 2007).  All of bound 0 come first, then
 * 1, ...
 *
 * Steps are open only at memory that is known to be shared.  A schedule may show that more is; then
 * those of that bound begin anew, until none does. */
#include "exhaustive.h"

#include "schedule.h"

enum { DEPTH_MAX = 20000 };

unsigned bound = 2;

static struct branch {
    unsigned step, index;               /* the option taken: of those that the bound allows */
    bool     is_last;
} branches[DEPTH_MAX];

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

static bool begin_search(void)
{
    next_branch = spent = 0;
    if (begun)
        return next_schedule() || raise_bound();
    begun = true;
    return true;
}

/* The option of that index among those which the bound allows; stores whether it is the last. */
static unsigned allowed_move(const struct move *moves, unsigned count,
                             unsigned index, bool *is_last)
{
    unsigned found = 0, seen = 0;

    for (unsigned i = 0; i < count; i++) {
        if (spent + moves[i].cost > current_bound)
            continue;
        if (seen == index)
            found = i;
        seen++;
    }
    *is_last = index + 1 >= seen;
    return found;
}

static unsigned choose_next(const struct move *moves, unsigned count)
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
            *branch = (struct branch){ step_number(), 0, false };
            next_branch = ++depth;
        }
    }
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
