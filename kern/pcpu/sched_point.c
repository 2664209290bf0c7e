/* Schedule points of debug builds: seeded disturbance of the schedule. */
#include "pcpu/sched_point.h"

#ifdef DEBUG

#include "lib/random.h"
#include "pcpu/pcpu.h"
#include "pcpu/trace.h"
#include "pcpu/vectors.h"

/* Random numbers are drawn per CPU, so one CPU's choices do not depend on how far others are.
 * The hash and the count are shared and updated without a lock: under the deterministic flags
 * one virtual CPU runs at a time, and elsewhere they are only indicative. */
static struct {
    bool          on;                   /* [a] who sees it on sees the ranges, too */
    uint32_t      count, hash;          /* [a] */
    uint32_t      next;                 /* [a] the range that is not over yet */
    struct sched_point_range ranges[POINT_RANGES];      /* before `on` */
    struct random random[NUM_CPUS];     /* [c] */
    uint32_t      calm[NUM_CPUS];       /* [c] so many points without a preemption */
    uint32_t      accesses[NUM_CPUS];   /* [c] how many of the points were at one */
} points;

enum { TURN_IN = 8, DELAY_IN = 32, PREEMPT_IN = 16, DELAY_TURNS_MAX = 40 };
/* Two accesses that belong together have one point between them.  Who is preempted there must be
 * away for as long as another thread needs to get as far: for so many points nobody is preempted,
 * and then it waits for so many turns.  The more accesses there are, the rarer that becomes: else
 * code with many of them would not end. */
enum {
    ACCESS_PREEMPT_IN = 2, ACCESSES_TO_ONE_MORE = 64, CALM_POINTS_MAX = 400, AWAY_TURNS_MAX = 4000,
};

void sched_points_start(uint32_t seed, const struct sched_point_range ranges[POINT_RANGES])
{
    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        random_seed(&points.random[cpu], seed * 2654435761u + cpu * 40503u);
    for (unsigned i = 0; i < POINT_RANGES; i++)
        points.ranges[i] = ranges[i];
    __atomic_store_n(&points.on, seed != 0, __ATOMIC_RELEASE);
}

void sched_points_result(uint32_t *count, uint32_t *hash)
{
    *count = __atomic_load_n(&points.count, __ATOMIC_RELAXED);
    *hash = __atomic_load_n(&points.hash, __ATOMIC_RELAXED);
}

/* How many were before it. */
static uint32_t record_point(unsigned cpu, enum sched_point point)
{
    uint32_t hash = __atomic_load_n(&points.hash, __ATOMIC_RELAXED);

    hash = (hash ^ (cpu << 8 | point)) * 16777619u;     /* the FNV-1a step */
    __atomic_store_n(&points.hash, hash, __ATOMIC_RELAXED);
    return __atomic_fetch_add(&points.count, 1, __ATOMIC_RELAXED);
}

/* Is the point of that number one of those that disturb?  Each is asked for once, in their order:
 * but for the deterministic flags they may come in another, and then a range may go wrong. */
static bool point_disturbs(uint32_t number)
{
    uint32_t next = __atomic_load_n(&points.next, __ATOMIC_RELAXED);

    if (next < POINT_RANGES && number == points.ranges[next].end)
        __atomic_store_n(&points.next, ++next, __ATOMIC_RELAXED);
    return next < POINT_RANGES && number >= points.ranges[next].first;
}

static uint32_t access_preempt_in(unsigned cpu)
{
    return ACCESS_PREEMPT_IN + points.accesses[cpu]++ / ACCESSES_TO_ONE_MORE;
}

/* Interrupts are off.  What is drawn does not depend on which points disturb. */
static bool draw_preemption(unsigned cpu, enum sched_point point, bool is_chosen)
{
    struct random *random = &points.random[cpu];
    bool is_access = point == POINT_ACCESS;
    bool preempt = random_below(random, is_access ? access_preempt_in(cpu) : PREEMPT_IN) == 0;
    uint32_t calm = is_access ? random_below(random, CALM_POINTS_MAX) : 0;

    if (!is_access && points.calm[cpu] > 0) {
        points.calm[cpu]--;
        return false;
    }
    if (preempt && is_chosen)
        points.calm[cpu] = calm;
    return preempt;
}

void sched_point_at(enum sched_point point, uintptr_t place)
{
    if (!__atomic_load_n(&points.on, __ATOMIC_ACQUIRE))
        return;

    uint32_t flags = intr_save();
    unsigned cpu = get_pcpu_idx();
    struct random *random = &points.random[cpu];
    uint32_t number = record_point(cpu, point);
    bool is_chosen = point_disturbs(number);
    bool turn = random_below(random, TURN_IN) == 0;
    bool preempt = draw_preemption(cpu, point, is_chosen);
    unsigned turns = turn;
    if (random_below(random, DELAY_IN) == 0)
        turns = random_below(random, DELAY_TURNS_MAX);
    unsigned away = point == POINT_ACCESS ? random_below(random, AWAY_TURNS_MAX) : 0;
    intr_restore(flags);
    if (!is_chosen)
        return;
    if (turns > 0 || preempt)
        trace_note(TRACE_POINT, number, place);

    while (turns-- > 0)
        pause();
    bool is_preempted = preempt && (flags & EFLAGS_IF);
    if (is_preempted)
        software_interrupt(VECTOR_FORCED_PREEMPTION);
    while (is_preempted && away-- > 0)
        pause();
}

void sched_point(enum sched_point point)
{
    sched_point_at(point, (uintptr_t)__builtin_return_address(0));
}

#endif
