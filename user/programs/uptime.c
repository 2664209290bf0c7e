/* Shows how long the machine runs, and how busy it was. */
#include "abi/layout.h"
#include "info.h"
#include "proc.h"
#include "stdio.h"
#include "usage.h"

static void print_cpu(unsigned cpu)
{
    struct cpu_info info;

    if (sys_cpu_info(cpu, &info) == 0 && info.cycles >= 1000)
        printf("CPU %2u: %3u%% busy\n", cpu,
               100 - (unsigned)(info.idle_cycles / (info.cycles / 100)));
}

int main(int argc, char **argv)
{
    usage(argc, argv, "uptime\n  shows the time since boot, and how busy each CPU was in it");
    if (argc > 1)
        bad_argument("uptime", argv[1], "there are no options");
    unsigned seconds = (unsigned)(time_us() / 1000000);
    printf("up %u:%02u:%02u, %u CPUs\n", seconds / 3600, seconds / 60 % 60, seconds % 60,
           cpu_count());
    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++)
        print_cpu(cpu);
    return 0;
}
