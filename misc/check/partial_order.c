/* Partial order sampling (Yuan, Yang and Gu, CAV 2018).  Everything that can happen next has a
 * random priority, and what is highest happens.  Then what comes next on that CPU gets a new one,
 * and so does all that waits to access the same word, if one of the two writes.  So who is first at
 * a word is drawn for each access anew, whatever was drawn for those before; and orders of accesses
 * to different words, which nobody can tell apart, are not drawn at all. */
#include "schedule.h"

#include "random.h"

static uint64_t schedules;
static uint32_t priorities[CPUS_MAX][ACTIONS];
static struct move last;                /* what has happened */

static void renew_priority(const struct move *move)
{
    priorities[move->cpu][move->action] = random_number_below(UINT32_MAX);
}

static bool begin_sampling(void)
{
    random_begin(schedules++);
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        for (unsigned action = 0; action < ACTIONS; action++)
            renew_priority(&(struct move){ .cpu = cpu, .action = (enum action)action });
    last = (struct move){ .word = 0 };
    return true;
}

static bool is_concerned(const struct move *move)
{
    bool is_next = move->cpu == last.cpu && move->action == last.action;
    bool conflicts = move->word != 0 && move->word == last.word && (move->writes || last.writes);

    return is_next || conflicts;
}

static unsigned choose_sample(const struct move *moves, unsigned count)
{
    unsigned highest = 0;

    for (unsigned i = 0; i < count; i++) {
        if (is_concerned(&moves[i]))
            renew_priority(&moves[i]);
        if (priorities[moves[i].cpu][moves[i].action] >
            priorities[moves[highest].cpu][moves[highest].action])
            highest = i;
    }
    last = moves[highest];
    return highest;
}

static void end_sampling(void)
{
}

const struct strategy partial_order_strategy = { "pos", begin_sampling, choose_sample,
                                                 end_sampling };
