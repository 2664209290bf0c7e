/* Lists the processes. */
#include "info.h"
#include "stdio.h"
#include "usage.h"

/* 0 where no CPU is known to count. */
static uint64_t cycles_per_millisecond(void)
{
    struct cpu_info cpu = { 0 };

    sys_cpu_info(0, &cpu);
    return cpu.cycles_per_second / 1000;
}

int main(int argc, char **argv)
{
    struct process_info info;
    unsigned slot = 0;
    uint64_t rate = cycles_per_millisecond();

    usage(argc, argv, "ps\n  lists the processes: pid, parent, CPU, threads, pages used and "
                      "allowed, system calls,\n  CPU time in milliseconds, state, name, and "
                      "what it waits for");
    if (argc > 1)
        bad_argument("ps", argv[1], "there are no options");
    printf("  PID PARENT CPU THR   PAGES   LIMIT     CALLS       MS STATE    NAME\n");
    while (sys_process_info(&slot, &info) == 0)
        printf("%5d %6d %3u %3u %7u %7u %9u %8llu %-8s %s%s%s%s\n", info.id, info.parent,
               info.cpu, info.threads, info.used, info.limit, info.system_calls,
               rate ? info.cycles / rate : 0, info_state_name(info.state), info.name,
               *info.wait ? " (" : "", info.wait, *info.wait ? ")" : "");
    return 0;
}
