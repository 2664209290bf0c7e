/* Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS 2010):
 * everything that can happen has a random priority, what is highest happens, and at fault_depth - 1
 * random steps what just happens becomes the lowest.  A fault that needs fault_depth events in a
 * certain order is found with a probability of at least 1 / (n * k ^ (fault_depth - 1)), n being
 * how many actors there are (each CPU, its interrupts, its timer) and k the number of open
 * steps. */
#include "priority.h"

#include "random.h"
#include "schedule.h"

unsigned fault_depth = 3;

static uint64_t schedules;
static unsigned step, most_steps = 100;
static int priorities[CPUS_MAX][ACTIONS];
static unsigned changes[DEPTH_LIMIT];   /* the steps */

static bool begin_schedule(void)
{
    random_begin(schedules++);
    step = 0;
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        for (unsigned actor = 0; actor < ACTIONS; actor++)
            priorities[cpu][actor] = 1 + (int)random_number_below(1u << 30);
    for (unsigned i = 0; i + 1 < fault_depth; i++)
        changes[i] = random_number_below(most_steps);
    return true;
}

static unsigned highest_move(const struct move *moves, unsigned count)
{
    unsigned highest = 0;

    for (unsigned i = 1; i < count; i++)
        if (priorities[moves[i].cpu][moves[i].action] >
            priorities[moves[highest].cpu][moves[highest].action])
            highest = i;
    return highest;
}

static unsigned choose_highest(const struct move *moves, unsigned count)
{
    for (unsigned i = 0; i + 1 < fault_depth; i++)
        if (changes[i] == step) {
            const struct move *move = &moves[highest_move(moves, count)];
            priorities[move->cpu][move->action] = -(int)i;
        }
    step++;
    return highest_move(moves, count);
}

static void end_priorities(void)
{
    most_steps = MAX(most_steps, step);
}

double priority_probability(void)
{
    double probability = 1.0 / (cpu_count * ACTIONS);

    for (unsigned i = 1; i < fault_depth; i++)
        probability /= most_steps;
    return probability;
}

const struct strategy priority_strategy = { "pct", begin_schedule, choose_highest,
                                            end_priorities };
