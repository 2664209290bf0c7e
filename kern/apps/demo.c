/* The main job: two producers on CPU 1 and two consumers on CPU 2 around a bounded buffer, in
 * the stages of the lab, with a check of the whole run at its end. */
#include "apps/apps_priv.h"

#include "apps/audit_priv.h"
#include "dev/log.h"
#include "dev/machine_exit.h"
#include "ipc/ipc.h"
#include "lib/assert.h"
#include "lib/error_text.h"
#include "lib/options.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "pmm/pmm.h"
#include "proc/proc.h"
#include "thread/inspect.h"
#include "thread/sched.h"

enum {
    PAIRS = 2, BUFFER = 0, QUOTA = 64,
    ITEMS_DEFAULT = 50, CAPACITY_DEFAULT = 8, ITEMS_MAX = AUDIT_STRIDE - 1,
};

struct stage {
    const char     *name;
    enum preemption preemption;
};

static const struct stage stages[] = {
    { "cooperative", PREEMPT_NEVER },
    { "preemptive", PREEMPT_USER },
    { "kernel-preemptive", PREEMPT_KERNEL },
};

struct demo {
    unsigned items, capacity;           /* items: for each producer */
    unsigned producer_cpu, consumer_cpu;
    uint32_t quota;                     /* pages of each program */
    bool     own_programs;              /* ping and pong are the user's: their items are unknown */
};

/* When the stage began: what a CPU did during it is the difference.  Only the demo's thread. */
static struct cpu_info before[NUM_CPUS];

static void take_figures(unsigned cpu, struct cpu_info *info)
{
    if (sched_cpu_info(cpu, info))
        KERN_PANIC("CPU %u does not run any more", cpu);
}

struct participant {
    struct process_config config;
    const char           *program;
    unsigned              index;
};

static void announce_participant(const struct process_config *config, pid_t pid)
{
    const struct participant *it = container_of(config, struct participant, config);

    KERN_INFO("CPU%u: process %s%u %d is created.\n", config->cpu, it->program, it->index, pid);
}

static void create_participant(const char *program, unsigned index, const struct demo *demo,
                               unsigned cpu)
{
    char command[64];
    const struct participant participant = {
        .config = { .command = command, .quota = demo->quota, .cpu = cpu,
                    .announce = announce_participant },
        .program = program, .index = index,
    };
    pid_t pid;

    snprintf(command, sizeof command, "%s %u %u %u", program, index, demo->items, BUFFER);
    int error = proc_create(&participant.config, &pid);
    if (error) {
        KERN_WARN("demo: %s cannot be created: %s\n", program, error_text(error));
        machine_exit(EXIT_FAIL);
    }
}

static void print_cpu(unsigned cpu)
{
    struct cpu_info b, *a = &before[cpu];

    take_figures(cpu, &b);
    uint64_t cycles = b.cycles - a->cycles;
    unsigned idle = cycles ? (unsigned)((b.idle_cycles - a->idle_cycles) * 1000 / cycles) : 0;
    KERN_INFO("%3u %9u %10u %12u %9u %9u %8u %5u.%u%%\n", cpu, b.switches - a->switches,
              b.preemptions_user - a->preemptions_user,
              b.preemptions_kernel - a->preemptions_kernel, b.ipis_sent - a->ipis_sent,
              b.ipis_received - a->ipis_received, b.space_loads - a->space_loads,
              idle / 10, idle % 10);
}

static void print_cpus(void)
{
    KERN_INFO("CPU  switches  preempted: user      kernel "
              "IPIs sent  received CR3 loads   idle\n");
    FOR_EACH_ONLINE_CPU(cpu)
        print_cpu(cpu);
}

static void print_buffer(const struct demo *demo, const struct buffer_statistics *buffer,
                         const struct audit_result *audit)
{
    char items[128];

    if (demo->own_programs)
        snprintf(items, sizeof items, "left %u", buffer->depth);
    else
        snprintf(items, sizeof items, "lost %llu, doubled %llu, foreign %llu, out of order %llu",
                 audit->lost, audit->doubled, audit->foreign, audit->out_of_order);
    KERN_INFO("buffer: capacity %u, in %llu, out %llu, %s, deepest %u, times full %llu, "
              "times empty %llu\n", buffer->capacity, buffer->in, buffer->out, items,
              buffer->deepest, buffer->times_full, buffer->times_empty);
}

/* Every item produced was consumed exactly once, in order, and the buffer kept its bounds.  Of
 * programs that are not the demo's own, only the number of items is known. */
static bool is_flawless(const struct demo *demo, const struct buffer_statistics *buffer,
                        const struct audit_result *audit)
{
    uint64_t all = (uint64_t)PAIRS * demo->items;

    if (demo->own_programs)
        return audit->produced == buffer->in && audit->consumed == buffer->out &&
               buffer->in == buffer->out + buffer->depth && buffer->deepest <= demo->capacity;
    return audit->produced == all && audit->consumed == all && audit->lost == 0 &&
           audit->doubled == 0 && audit->foreign == 0 && audit->out_of_order == 0 &&
           buffer->in == all && buffer->out == all && buffer->depth == 0 &&
           buffer->deepest <= demo->capacity && buffer->deepest > 0;
}

/* Waits for all processes of the stage; true if each ended well. */
static bool wait_for(unsigned count)
{
    bool all_well = true;
    pid_t pid;
    uint32_t status;

    while (count-- > 0) {
        if (proc_wait(WAIT_ANY, &pid, &status))
            return false;
        if (status != 0)
            KERN_WARN("demo: process %d ended with status 0x%x\n", pid, status);
        all_well &= status == 0;
    }
    return all_well;
}

static bool run_stage(const struct stage *stage, const struct demo *demo)
{
    KERN_INFO("--- stage: %s ---\n", stage->name);
    int error = buffer_configure(BUFFER, demo->capacity);
    KERN_ASSERT(!error);                /* all stages before have ended and left it empty */
    audit_start();
    sched_set_preemption(stage->preemption);
    FOR_EACH_ONLINE_CPU(cpu)
        take_figures(cpu, &before[cpu]);
    for (unsigned i = 1; i <= PAIRS; i++) {
        create_participant("ping", i, demo, demo->producer_cpu);
        create_participant("pong", i, demo, demo->consumer_cpu);
    }
    bool all_well = wait_for(2 * PAIRS);
    struct buffer_statistics buffer;
    struct audit_result audit = audit_result();
    error = buffer_statistics(BUFFER, &buffer);
    KERN_ASSERT(!error);
    bool pass = all_well && is_flawless(demo, &buffer, &audit);
    print_cpus();
    print_buffer(demo, &buffer, &audit);
    unsigned count;
    if (buffer_empty(BUFFER, &count))
        KERN_PANIC("the demo may not use its buffer");
    KERN_INFO("stage %s: %s\n", stage->name, pass ? "PASS" : "FAIL");
    return pass;
}

/* CPU n where there are so many, or else the ones there are in turn. */
static unsigned choose_cpu(unsigned n)
{
    while (!cpu_is_online(n))
        n--;
    return n;
}

NORETURN static void refuse_option(const char *what)
{
    KERN_WARN("demo: %s\n", what);
    machine_exit(EXIT_FAIL);
}

static void read_options(const char *options, struct demo *demo, char stage[32])
{
    demo->own_programs = option_present(options, "own");
    if (option_unsigned(options, "items", ITEMS_DEFAULT, &demo->items) ||
        demo->items == 0 || demo->items > ITEMS_MAX)
        refuse_option("items= must be 1 to 999999");
    if (option_unsigned(options, "buffer", CAPACITY_DEFAULT, &demo->capacity) ||
        demo->capacity == 0 || demo->capacity > BUFFER_CAPACITY_MAX)
        refuse_option("buffer= must be 1 to 256");
    if (!option_string(options, "stage", stage, 32)) {
        if (option_present(options, "stage"))
            refuse_option("stage= must be cooperative, preemptive, kernel-preemptive or all");
        strlcpy(stage, "kernel-preemptive", 32);
    }
}

void run_demo(const char *options)
{
    struct demo demo = {
        .producer_cpu = choose_cpu(1), .consumer_cpu = choose_cpu(2),
        /* Where memory is little, not all that there is. */
        .quota = MIN(QUOTA, quota_free(&quota_root) / (2 * PAIRS + 1)),
    };
    char wanted[32];
    unsigned run = 0, passed = 0;

    read_options(options, &demo, wanted);
    if (demo.producer_cpu == demo.consumer_cpu)
        demo.consumer_cpu = 0;          /* two CPUs: one each */
    if (!option_present(options, "quiet") && log_enable("trap"))
        KERN_PANIC("there is no layer trap");
    for (size_t i = 0; i < ARRAY_SIZE(stages); i++)
        if (strcmp(wanted, "all") == 0 || strcmp(wanted, stages[i].name) == 0) {
            run++;
            passed += run_stage(&stages[i], &demo);
        }
    if (run == 0)
        refuse_option("stage= must be cooperative, preemptive, kernel-preemptive or all");
    print_locks(false);
    KERN_INFO("demo: %s\n", passed == run ? "PASS" : "FAIL");
    machine_exit(passed == run ? EXIT_PASS : EXIT_FAIL);
}
