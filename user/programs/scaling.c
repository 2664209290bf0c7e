/* How system calls scale: the same loop of getpid on one CPU, then on every CPU at once.
 *     make run-scaling CPUS=2
 *     make run-scaling CPUS=2 OPTIONS="lock=big"
 * A kernel that shares nothing reaches the number of CPUs, given as many cores on the host. */
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"

enum { QUOTA = 40, REPORT_BUFFER = 1, SLICE_CALLS = 100, SECOND = 1000000, MAX_CPUS = 64 };

/* Calls until the time is over. */
static void work(uint64_t begin, uint64_t end)
{
    uint32_t calls = 0;
    int pid, parent;

    while (time_us() < begin)
        continue;
    while (time_us() < end) {
        for (unsigned i = 0; i < SLICE_CALLS; i++)
            if (sys_getpid(&pid, &parent) != 0)
                exit(1);
        calls += SLICE_CALLS;
    }
    produce(REPORT_BUFFER, calls);
}

/* Thousands of calls a second by so many CPUs. */
static unsigned measure(unsigned cpus)
{
    unsigned begin_ms = (unsigned)(time_us() / 1000) + 200, thousands = 0;
    int pids[MAX_CPUS];

    for (unsigned cpu = 0; cpu < cpus; cpu++) {
        char command[COMMAND_MAX];
        snprintf(command, sizeof command, "scaling %u", begin_ms);
        pids[cpu] = spawn_on(cpu, command, QUOTA);
        if (pids[cpu] < 0) {
            printf("scaling: no process on CPU %u: error %d\n", cpu, -pids[cpu]);
            exit(1);
        }
    }
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        thousands += consume(REPORT_BUFFER) / 1000;
    for (unsigned cpu = 0; cpu < cpus; cpu++)
        if (wait_status(pids[cpu]) != 0)
            exit(1);
    return thousands;
}

int main(int argc, char **argv)
{
    unsigned begin_ms;

    if (argc > 1) {
        if (!parse_unsigned(argv[1], &begin_ms))
            return 2;
        work(begin_ms * 1000ull, begin_ms * 1000ull + SECOND);
        return 0;
    }
    unsigned one = measure(1), all = measure(cpu_count());
    printf("scaling: %u thousand calls a second on 1 CPU, %u on %u CPUs: %u.%02u times\n", one, all,
           cpu_count(), all / one, all * 100 / one % 100);
    return 0;
}
