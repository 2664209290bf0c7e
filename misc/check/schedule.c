/* What was chosen, kept and played again.
 *
 * Of a run only those steps are kept at which something else happened than what happens by itself:
 * 17c1 says that at step 17 CPU 1 got the turn, 17i1 that it got it to take its interrupt, 17t1
 * that its timer came, 17d1:3 that it keeps its last 3 stores from others.  All steps are numbered,
 * also those at which nothing was to choose: so the same text means the same run whatever the
 * explorer knew of shared memory. */
#include "schedule.h"

#include "story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHOICES_MAX = 2000, TEXT_MAX = CHOICES_MAX * 10, VISITS_MAX = 8209 };

struct choice {
    unsigned    step;
    struct visit {
        unsigned  cpu, count;           /* which CPU had the turn, and how often it was */
        uintptr_t place;                /* there; for loose_strategy */
    } at;
    enum action action;
    unsigned    cpu;
    unsigned    kept;                   /* of DELAY_STORES */
};

struct choices {
    unsigned      count;
    struct choice list[CHOICES_MAX];
};

static const char letters[] = { [GO_ON] = 'c', [TAKE_INTERRUPT] = 'i', [TAKE_TICK] = 't',
                                [DELAY_STORES] = 'd' };

static const struct strategy *chooser = &random_strategy;
static struct choices made, wanted;     /* in this run; by replay_strategy or loose_strategy */
static struct choices held;             /* those that schedule_leave_out() takes some from */
static struct visit visits[VISITS_MAX], visit;          /* in this run; and the last one */
static unsigned next_wanted;
static unsigned branch_at;              /* the step from which branch_strategy chooses by chance */
static bool fits;                       /* all that was wanted so far was possible */
bool schedule_is_told;

void schedule_use(const struct strategy *strategy)
{
    chooser = strategy;
}

bool schedule_begin(void)
{
    made.count = 0;
    if (schedule_asks_always())
        memset(visits, 0, sizeof visits);
    return chooser->begin();
}

void schedule_end(void)
{
    chooser->end();
}

bool schedule_asks_always(void)
{
    return chooser == &replay_strategy || chooser == &branch_strategy ||
           chooser == &loose_strategy;
}

/* The CPU that has the turn is at that place once more. */
static void count_visit(uintptr_t place)
{
    unsigned cpu = current_cpu(), slot = (unsigned)((place * CPUS_MAX + cpu) % VISITS_MAX);

    while (visits[slot].count > 0 && (visits[slot].cpu != cpu || visits[slot].place != place))
        slot = (slot + 1) % VISITS_MAX;
    visits[slot] = (struct visit){ cpu, visits[slot].count + 1, place };
    visit = visits[slot];
}

unsigned schedule_choose(const struct move *moves, unsigned count, const char *what,
                         uintptr_t place)
{
    bool asks = schedule_asks_always();

    if (asks)
        count_visit(place);
    unsigned index = count > 1 || asks || chooser == &exhaustive_strategy
                         ? chooser->choose(moves, count) : 0;
    const struct move *move = &moves[index];

    if (index > 0) {
        if (made.count == CHOICES_MAX)
            fail("more than %d choices", CHOICES_MAX);
        made.list[made.count++] = (struct choice){
            step_number(), visit, move->action, move->cpu, move->kept
        };
    }
    if (schedule_is_told)
        story_step(move, index > 0, what, place);
    return index;
}

void schedule_note_interrupt(unsigned vector)
{
    if (schedule_is_told)
        story_interrupt(vector);
}

const char *schedule_text(void)
{
    static char text[TEXT_MAX];
    size_t length = 0;

    for (unsigned i = 0; i < made.count && length < sizeof text - 40; i++) {
        const struct choice *choice = &made.list[i];
        length += (size_t)sprintf(text + length, "%s%u%c%u", i > 0 ? "," : "", choice->step,
                                  letters[choice->action], choice->cpu);
        if (choice->action == DELAY_STORES)
            length += (size_t)sprintf(text + length, ":%u", choice->kept);
    }
    return length > 0 ? text : "-";
}

static bool parse_choice(const char **text, struct choice *choice)
{
    char letter, *found;
    int length;

    if (sscanf(*text, "%u%c%u%n", &choice->step, &letter, &choice->cpu, &length) != 3)
        return false;
    found = memchr(letters, letter, sizeof letters);
    if (!found || choice->cpu >= CPUS_MAX)
        return false;
    choice->action = (enum action)(found - letters);
    *text += length;
    choice->kept = 0;
    if (choice->action != DELAY_STORES)
        return true;
    if (sscanf(*text, ":%u%n", &choice->kept, &length) != 1)
        return false;
    *text += length;
    return true;
}

bool schedule_parse(const char *text)
{
    wanted.count = 0;
    if (strcmp(text, "-") == 0)
        return true;
    do {
        if (wanted.count == CHOICES_MAX || !parse_choice(&text, &wanted.list[wanted.count]))
            return false;
        if (wanted.count > 0 && wanted.list[wanted.count].step < wanted.list[wanted.count - 1].step)
            return false;
        wanted.count++;
    } while (*text++ == ',');
    return text[-1] == 0;
}

unsigned schedule_choices(void)
{
    return made.count;
}

void schedule_hold(void)
{
    held = made;
}

unsigned schedule_held(void)
{
    return held.count;
}

void schedule_leave_out(unsigned first, unsigned count)
{
    unsigned end = MIN(first + count, held.count);

    wanted.count = held.count - (end - first);
    memcpy(wanted.list, held.list, first * sizeof held.list[0]);
    memcpy(&wanted.list[first], &held.list[end], (held.count - end) * sizeof held.list[0]);
}

bool schedule_fits(void)
{
    return fits;
}

/* --- playing again ------------------------------------------------------------------------ */

static bool begin_replay(void)
{
    next_wanted = 0;
    fits = true;
    return true;
}

static bool is_that(const struct choice *choice, const struct move *move)
{
    return move->action == choice->action && move->cpu == choice->cpu &&
           move->kept <= choice->kept;
}

/* The index of that choice's move, or of the one that keeps most without keeping more; 0: there is
 * none. */
static unsigned find_move(const struct choice *choice, const struct move *moves, unsigned count)
{
    unsigned found = 0;

    for (unsigned i = 1; i < count; i++)
        if (is_that(choice, &moves[i]) && moves[i].kept >= moves[found].kept)
            found = i;
    return found;
}

static unsigned choose_again(const struct move *moves, unsigned count)
{
    const struct choice *choice = &wanted.list[next_wanted];

    if (next_wanted == wanted.count || choice->step != step_number())
        return 0;
    next_wanted++;
    unsigned index = find_move(choice, moves, count);
    if (is_that(choice, &moves[index]) && moves[index].kept == choice->kept)
        return index;
    fits = false;
    fail("the schedule does not fit: at step %u there is no %c%u", choice->step,
         letters[choice->action], choice->cpu);
}

static void end_replay(void)
{
}

const struct strategy replay_strategy = { "replay", begin_replay, choose_again, end_replay };

/* --- playing again without some choices --------------------------------------------------- */

/* A choice is made when the CPU that had the turn is at that place of the code for the same time,
 * whatever the others have done; if it is impossible then, it is left out, too. */
static unsigned choose_loosely(const struct move *moves, unsigned count)
{
    for (unsigned i = 0; i < wanted.count; i++) {
        const struct choice *choice = &wanted.list[i];
        if (choice->at.place == visit.place && choice->at.cpu == visit.cpu &&
            choice->at.count == visit.count)
            return find_move(choice, moves, count);
    }
    return 0;
}

const struct strategy loose_strategy = { "loose", begin_replay, choose_loosely, end_replay };

/* --- another end -------------------------------------------------------------------------- */

void schedule_branch_at(unsigned step)
{
    branch_at = step;
}

static bool begin_branch(void)
{
    return begin_replay() && random_strategy.begin();
}

static unsigned choose_branch(const struct move *moves, unsigned count)
{
    return step_number() < branch_at ? choose_again(moves, count)
                                     : random_strategy.choose(moves, count);
}

const struct strategy branch_strategy = { "branch", begin_branch, choose_branch, end_replay };
