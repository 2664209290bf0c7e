/* The random walk: at each step perhaps something else than what happens by itself.  How often that
 * is, is drawn for each schedule anew: some faults need few changes of the turn, others many. */
#include "random.h"

#include "schedule.h"

uint32_t seed = 1;

static uint64_t state;
static uint64_t schedules;
static uint32_t change_in;              /* one step in so many */

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t next_number(void)
{
    uint64_t mixed = state += 0x9e3779b97f4a7c15;

    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
}

void random_begin(uint64_t schedule)
{
    state = (uint64_t)seed << 40 ^ schedule;
    (void)next_number();
}

uint32_t random_number_below(uint32_t limit)
{
    return (uint32_t)((next_number() >> 32) * limit >> 32);
}

static bool begin_walk(void)
{
    random_begin(schedules++);
    change_in = 2u << random_number_below(6);
    return true;
}

/* What costs nothing is no change: a CPU had to wait. */
static unsigned choose_by_chance(const struct move *moves, unsigned count)
{
    unsigned free = 0;

    while (free < count && moves[free].cost == 0)
        free++;
    if (free < count && random_number_below(change_in) == 0)
        return free + random_number_below(count - free);
    return random_number_below(free);
}

static void end_walk(void)
{
}

const struct strategy random_strategy = { "random", begin_walk, choose_by_chance, end_walk };
