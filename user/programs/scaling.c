/* How operations scale: each on one CPU, then on all CPUs at once, where nothing is shared.
 *     make run-scaling CPUS=2
 *     make run-scaling CPUS=2 OPTIONS="lock=big"
 *     scaling [ROUNDS]
 * A kernel that shares nothing does as many times more as there are CPUs, given as many cores on
 * the host.  What the host gives at all is told by a loop that makes no system call.  A busy host
 * gives now more, now less: so measurements of one CPU and of all take turns, and the medians of
 * some rounds count. */
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

enum {
    QUOTA = 80, PAGE = 4096, REPORT_BUFFER = 1, MAX_CPUS = 64, MAX_ROUNDS = 25,
    WINDOW_US = 100000,                 /* one measurement, */
    PAUSE_US = 20000,                   /* and before it: all hear of it */
};

enum who { ONE, ALL, WAYS };

struct operation {
    const char *name;
    void      (*some)(void);            /* some of them: */
    unsigned    count;
};

static void require(bool good, const char *what)
{
    if (good)
        return;
    printf("scaling: %s has failed\n", what);
    exit(1);
}

/* --- what is measured ---------------------------------------------------------------------- */

static void turns_of_a_loop(void)
{
    for (volatile unsigned turns = 0; turns < 1000; turns++)
        continue;
}

static void null_calls(void)
{
    int pid, parent;

    for (unsigned i = 0; i < 20; i++)
        require(sys_getpid(&pid, &parent) == 0, "getpid");
}

/* Pages that come when they are touched, and go again. */
static void faults(void)
{
    void *heap, *end;

    require(sys_sbrk(16 * PAGE, &heap) == 0, "sbrk");
    for (unsigned i = 0; i < 16; i++)
        ((volatile char *)heap)[i * PAGE] = 1;
    require(sys_sbrk(-16 * PAGE, &end) == 0, "sbrk");
}

static void fork_and_wait(void)
{
    int child = fork();

    if (child == 0)
        sys_exit(0);
    require(child > 0 && wait_status(child) == 0, "fork");
}

static void spawn_and_wait(void)
{
    require(wait_status(spawn_on(cpu_index(), "true", QUOTA / 2)) == 0, "spawn");
}

static const struct operation operations[] = {
    { "loop", turns_of_a_loop, 1 },     /* first: the others are compared with it */
    { "null", null_calls, 20 },
    { "fault", faults, 16 },
    { "fork", fork_and_wait, 1 },
    { "spawn", spawn_and_wait, 1 },
};

enum { OPERATIONS = sizeof operations / sizeof operations[0] };

/* --- a process on each CPU ----------------------------------------------------------------- */

static uint32_t count_until(const struct operation *operation, uint64_t end)
{
    uint32_t count = 0;

    for (; time_us() < end; count += operation->count)
        operation->some();
    return count;
}

/* Each message says when to begin, in ms, and with what; 0: no more. */
static void work(void)
{
    int32_t order;

    while ((order = ipc_recv(NULL, NULL, NULL)) > 0) {
        uint64_t begin = order / OPERATIONS * 1000ull, now = time_us();

        if (now < begin)
            sleep_us((unsigned)(begin - now));
        produce(REPORT_BUFFER, count_until(&operations[order % OPERATIONS], begin + WINDOW_US));
    }
}

static void start_workers(int pids[MAX_CPUS])
{
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++) {
        pids[cpu] = spawn_on(cpu, "scaling worker", 3 * QUOTA);
        require(pids[cpu] > 0, "starting a process on each CPU");
    }
}

static void end_workers(const int pids[MAX_CPUS])
{
    for (unsigned cpu = 0; cpu < cpu_count(); cpu++) {
        ipc_send(pids[cpu], 0, NULL, 0);
        require(wait_status(pids[cpu]) == 0, "a process");
    }
}

/* How many there were of an operation, on so many CPUs. */
static uint32_t measure(unsigned operation, unsigned cpus, const int pids[MAX_CPUS])
{
    uint32_t begin_ms = (uint32_t)((time_us() + PAUSE_US) / 1000), count = 0;

    for (unsigned cpu = 0; cpu < cpus; cpu++)
        ipc_send(pids[cpu], begin_ms * OPERATIONS + operation, NULL, 0);
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        count += consume(REPORT_BUFFER);
    return count;
}

/* --- the table ----------------------------------------------------------------------------- */

static uint32_t counts[MAX_ROUNDS][OPERATIONS][WAYS];

static int compare(const void *one, const void *other)
{
    const unsigned *a = one, *b = other;

    return *a < *b ? -1 : *a > *b;
}

/* Each a hundred times as large. */
struct spread {
    unsigned least, median, most;
};

static struct spread ratio_of(unsigned operation, unsigned rounds)
{
    unsigned ratios[MAX_ROUNDS];

    for (unsigned i = 0; i < rounds; i++) {
        const uint32_t *count = counts[i][operation];
        require(count[ONE] > 0, operations[operation].name);
        ratios[i] = (unsigned)(count[ALL] * 100ull / count[ONE]);
    }
    qsort(ratios, rounds, sizeof ratios[0], compare);
    return (struct spread){ ratios[0], ratios[rounds / 2], ratios[rounds - 1] };
}

static void show_table(unsigned rounds)
{
    unsigned loop = ratio_of(0, rounds).median;

    printf("scaling: %u CPUs against one, medians of %u rounds\n", cpu_count(), rounds);
    printf("operation   times as many   least   most   against the loop\n");
    for (unsigned i = 0; i < OPERATIONS; i++) {
        struct spread ratio = ratio_of(i, rounds);
        unsigned share = ratio.median * 100 / (loop ? loop : 1);
        printf("%-9s %11u.%02u %5u.%02u %3u.%02u %13u.%02u\n", operations[i].name,
               ratio.median / 100, ratio.median % 100, ratio.least / 100, ratio.least % 100,
               ratio.most / 100, ratio.most % 100, share / 100, share % 100);
    }
}

int main(int argc, char **argv)
{
    int pids[MAX_CPUS];
    unsigned rounds = 5;

    if (argc == 2 && strcmp(argv[1], "worker") == 0) {
        work();
        return 0;
    }
    if (argc > 2 || (argc == 2 && !parse_unsigned(argv[1], &rounds)) || rounds < 1 ||
        rounds > MAX_ROUNDS) {
        printf("usage: scaling [ROUNDS]     from 1 to %u\n", MAX_ROUNDS);
        return 2;
    }
    start_workers(pids);
    for (unsigned round = 0; round < rounds; round++) {
        for (unsigned i = 0; i < OPERATIONS; i++) {
            counts[round][i][ONE] = measure(i, 1, pids);
            counts[round][i][ALL] = measure(i, cpu_count(), pids);
        }
    }
    end_workers(pids);
    show_table(rounds);
    return 0;
}
