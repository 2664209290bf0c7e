/* Selectively uniform random walk (Zhao, Wolff, Mathur and Roychoudhury, ASPLOS 2025).  For each
 * schedule one word is drawn that several CPUs access, and all orders of the accesses to it are to
 * be equally likely: so whose access is next is drawn by how many each CPU has left, as far as
 * earlier schedules tell, and the other CPUs wait where they come to that word.  All else is a
 * random walk. */
#include "selective.h"

#include "random.h"
#include "schedule.h"

#include <string.h>

enum { WORDS_MAX = 2039, TRIES = 8 };

/* How often each CPU has accessed it, in all schedules so far. */
static struct word {
    uintptr_t word;
    uint32_t  accesses[CPUS_MAX];
} words[WORDS_MAX];

static uint64_t schedules;
static uint32_t change_in;              /* an event that need not happen, one step in so many */
static uintptr_t chosen_word;           /* 0: no word is known yet */
static uint32_t left[CPUS_MAX];         /* accesses to it that are to be expected */
static unsigned next_cpu;               /* whose access to it comes next */

void selective_restart(void)
{
    memset(words, 0, sizeof words);
    schedules = 0;
}

static bool is_of_several(const struct word *word)
{
    unsigned cpus = 0;

    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        cpus += word->accesses[cpu] > 0;
    return cpus > 1;
}

static const struct word *draw_word(void)
{
    unsigned first = random_number_below(WORDS_MAX);

    for (unsigned i = 0; i < WORDS_MAX; i++)
        if (is_of_several(&words[(first + i) % WORDS_MAX]))
            return &words[(first + i) % WORDS_MAX];
    return NULL;
}

/* If nothing is left, or it was more than was expected, any of them. */
static void draw_cpu(void)
{
    uint32_t all = 0;

    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        all += left[cpu];
    next_cpu = random_number_below(cpu_count);
    if (all == 0)
        return;
    uint32_t number = random_number_below(all);
    for (next_cpu = 0; number >= left[next_cpu]; next_cpu++)
        number -= left[next_cpu];
}

static bool begin_selection(void)
{
    random_begin(schedules);
    change_in = 2u << random_number_below(6);
    const struct word *word = draw_word();
    chosen_word = word ? word->word : 0;
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        left[cpu] = word ? (uint32_t)((word->accesses[cpu] + schedules - 1) / schedules) : 0;
    draw_cpu();
    schedules++;
    return true;
}

/* Words that find no place are not drawn. */
static void note_access(const struct move *move)
{
    unsigned slot = (unsigned)(move->word % WORDS_MAX);

    for (unsigned i = 0; i < TRIES; i++, slot = (slot + 1) % WORDS_MAX)
        if (words[slot].word == move->word || words[slot].word == 0) {
            words[slot].word = move->word;
            words[slot].accesses[move->cpu]++;
            return;
        }
}

static bool must_wait(const struct move *move)
{
    return move->word != 0 && move->word == chosen_word && move->cpu != next_cpu;
}

/* Is it a tick, or an interrupt or a store that comes late, and not just another CPU's turn? */
static bool is_extra(const struct move *move, const struct move *first)
{
    return move->action >= TAKE_TICK || move->cost > 1 ||
           (move->cost == 1 && move->cpu == first->cpu);
}

static unsigned draw_move(const struct move *moves, unsigned count, bool extra)
{
    unsigned fitting[MOVES_MAX], number = 0;

    for (unsigned i = 0; i < count; i++)
        if (is_extra(&moves[i], moves) == extra && !must_wait(&moves[i]))
            fitting[number++] = i;
    return number > 0 ? fitting[random_number_below(number)] : count;
}

static unsigned choose_selectively(const struct move *moves, unsigned count)
{
    unsigned index = count;

    if (random_number_below(change_in) == 0)
        index = draw_move(moves, count, true);
    if (index == count)
        index = draw_move(moves, count, false);
    if (index == count)
        index = 0;
    const struct move *move = &moves[index];
    if (move->word)
        note_access(move);
    if (move->word && move->word == chosen_word) {
        left[move->cpu] -= left[move->cpu] > 0;
        draw_cpu();
    }
    return index;
}

static void end_selection(void)
{
}

const struct strategy selective_strategy = { "surw", begin_selection, choose_selectively,
                                             end_selection };
