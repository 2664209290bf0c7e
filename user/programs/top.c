/* Shows what CPUs and processes do, again and again. */
#include "abi/env.h"
#include "abi/layout.h"
#include "info.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "usage.h"

#define ROWS        20                  /* of the screen, for CPUs and processes together */
#define LOOK_US     50000               /* between looks whether a key was typed */
#define REFRESH_US  1000000

static struct cpu_info last_cpus[NUM_CPUS];
static struct {
    int pid;
    uint64_t cycles;
} last[NUM_PROCESSES];

struct row {
    struct process_info info;
    uint64_t cycles;                    /* since the last look */
};
static struct row rows[ROWS];
static unsigned row_count, process_count;
static uint64_t period;                 /* cycles since the last look: 100% */

/* Tenths of a percent. */
static unsigned share(uint64_t part)
{
    return period ? (unsigned)(part * 1000 / period) : 0;
}

static unsigned print_cpus(void)
{
    unsigned printed = 0;
    struct cpu_info now;

    printf("CPU   busy  ready  switches  runs\033[K\n");
    for (unsigned cpu = 0; cpu < NUM_CPUS; cpu++) {
        if (sys_cpu_info(cpu, &now) != 0)
            continue;
        struct cpu_info *before = &last_cpus[cpu];
        uint64_t idle = now.idle_cycles - before->idle_cycles;
        period = now.cycles - before->cycles;
        unsigned busy = share(period - idle);
        if (printed++ < ROWS / 2)
            printf("%3u %4u.%u%% %5u %9u  %s\033[K\n", cpu, busy / 10, busy % 10, now.ready,
                   now.switches - before->switches, now.current);
        *before = now;
    }
    return MIN(printed, ROWS / 2u);
}

/* Keeps the busiest ones, in order. */
static void insert(const struct process_info *info, uint64_t cycles, unsigned most)
{
    unsigned at = row_count;

    while (at > 0 && rows[at - 1].cycles < cycles)
        at--;
    if (at == most)
        return;
    row_count = MIN(row_count + 1, most);
    memmove(&rows[at + 1], &rows[at], (row_count - 1 - at) * sizeof rows[0]);
    rows[at] = (struct row) { *info, cycles };
}

static void look_at_processes(unsigned most)
{
    struct process_info info;
    unsigned slot = 0;

    row_count = process_count = 0;
    while (sys_process_info(&slot, &info) == 0) {
        unsigned index = ENV_INDEX(info.id);
        bool known = last[index].pid == info.id;
        insert(&info, info.cycles - (known ? last[index].cycles : 0), most);
        last[index].pid = info.id;
        last[index].cycles = info.cycles;
        process_count++;
    }
}

static void print_processes(void)
{
    printf("%u processes\033[K\n  PID  CPU   busy   pages  name\033[K\n", process_count);
    for (unsigned i = 0; i < row_count; i++) {
        const struct process_info *info = &rows[i].info;
        unsigned busy = share(rows[i].cycles);
        printf("%5d  %3u %4u.%u%% %7u  %s\033[K\n", info->id, info->cpu, busy / 10, busy % 10,
               info->used, info->name);
    }
}

static void show(void)
{
    unsigned seconds = (unsigned)(time_us() / 1000000);

    printf("\033[Htop: up %u:%02u:%02u; q quits\033[K\n", seconds / 3600, seconds / 60 % 60,
           seconds % 60);
    unsigned cpus = print_cpus();
    look_at_processes(ROWS - cpus);
    print_processes();
    printf("\033[J");
    flush();
}

/* Waits for the next picture; true if q was typed meanwhile. */
static bool wait_for_quit(void)
{
    for (uint64_t end = time_us() + REFRESH_US; time_us() < end; sleep_us(LOOK_US)) {
        int character = 0;
        while (sys_cgetc(&character) == 0 && character != 0)
            if (character == 'q')
                return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    unsigned pictures = 0;

    usage(argc, argv, "top [COUNT]\n  shows what CPUs and processes do in each second, busiest "
                      "first; q quits, or\n  it ends after COUNT pictures");
    if (argc > 1)
        pictures = number_argument("top", argv[1]);
    printf("\033[2J");
    for (unsigned shown = 1;; shown++) {
        show();
        if (wait_for_quit() || shown == pictures)
            return 0;
    }
}
