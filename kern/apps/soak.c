/* The soak: endless producers and consumers on all CPUs, with kernel preemption.  Every second, one
 * of them is killed and replaced.  Safety is not enough: every process must keep making progress,
 * or the run ends with a report of all CPUs and threads. */
#include "apps/apps_priv.h"

#include "dev/clock.h"
#include "dev/log.h"
#include "dev/machine_exit.h"
#include "dev/panic.h"
#include "ipc/ipc.h"
#include "lib/error_text.h"
#include "lib/options.h"
#include "lib/printf.h"
#include "lib/random.h"
#include "proc/proc.h"
#include "thread/inspect.h"
#include "thread/sched.h"

/* A group is two producers on one CPU and two consumers on the next around one buffer. */
enum {
    PRODUCERS = 2, GROUP = 4, GROUPS_MAX = NUM_BUFFERS, MEMBERS_MAX = GROUPS_MAX * GROUP,
    QUOTA = 64, STALL_SECONDS = 10, REPORT_SECONDS = 10,
    PRODUCER_INDEXES = 256,             /* that pong tells apart (user/include/items.h) */
};

struct member {
    pid_t    pid;
    unsigned index;                     /* its first argument; for a producer unique for long */
    uint32_t system_calls;              /* when last looked at */
    unsigned stalled;                   /* looks, a second apart, since they last increased */
};

/* Only the soak's own thread. */
static struct soak {
    unsigned      groups, count;        /* count: of members */
    unsigned      cpus[NUM_CPUS];       /* those online */
    unsigned      ncpus;
    struct random random;
    struct member members[MEMBERS_MAX];
    unsigned      kills;
    uint32_t      slowest;              /* fewest calls of a process between two looks */
    unsigned      longest_stall;        /* of any process so far, in looks */
} soak;

static bool is_producer(unsigned number)
{
    return number % GROUP < PRODUCERS;
}

static void start_member(unsigned number)
{
    struct member *member = &soak.members[number];
    unsigned group = number / GROUP;
    char command[64];

    snprintf(command, sizeof command, "%s %u 0 %u quiet", is_producer(number) ? "ping" : "pong",
             member->index, group);
    const struct process_config config = {
        .command = command, .quota = QUOTA,
        .cpu = soak.cpus[(group + !is_producer(number)) % soak.ncpus],
    };
    int error = proc_create(&config, &member->pid);
    if (error) {
        KERN_WARN("soak: %s: %s\n", command, error_text(error));
        machine_exit(EXIT_FAIL);
    }
    member->system_calls = member->stalled = 0;
}

static void stop_member(unsigned number)
{
    struct member *member = &soak.members[number];
    pid_t pid;
    uint32_t status = 0;
    int error = proc_kill(member->pid);

    if (!error)
        error = proc_wait(member->pid, &pid, &status);
    if (error || status != STATUS_KILLED) {
        KERN_WARN("soak: process %d ended by itself: error %d, status 0x%x\n", member->pid,
                  error, status);
        machine_exit(EXIT_FAIL);
    }
    soak.kills++;
}

static void replace_member(unsigned number)
{
    stop_member(number);
    start_member(number);
}

/* A new producer counts from 1, so it needs an index that no consumer has seen.  When the
 * indexes are used up, the group's consumers are replaced too, and forget them all. */
static void replace_random(void)
{
    unsigned number = random_below(&soak.random, soak.count);
    struct member *member = &soak.members[number];

    if (is_producer(number))
        member->index += soak.count;
    if (member->index >= PRODUCER_INDEXES) {
        member->index = number;
        for (unsigned consumer = PRODUCERS; consumer < GROUP; consumer++)
            replace_member(number / GROUP * GROUP + consumer);
    }
    replace_member(number);
}

static struct member *member_of(pid_t pid)
{
    for (unsigned number = 0; number < soak.count; number++)
        if (soak.members[number].pid == pid)
            return &soak.members[number];
    return NULL;
}

static void watch_member(struct member *member, const struct process_info *info)
{
    uint32_t made = info->system_calls - member->system_calls;

    member->system_calls = info->system_calls;
    member->stalled = made ? 0 : member->stalled + 1;
    soak.slowest = MIN(soak.slowest, made);
    soak.longest_stall = MAX(soak.longest_stall, member->stalled);
    if (member->stalled < STALL_SECONDS)
        return;
    KERN_WARN("soak: process %d (%s %u) has made no system call for %u seconds\n", info->id,
              info->name, member->index, STALL_SECONDS);
    thread_report();
    panic_report_all(EXIT_FAIL, "soak: a process does not make progress");
}

static void watch_all(void)
{
    struct process_info info;
    unsigned slot = 0;

    while (proc_info_next(&slot, &info)) {
        struct member *member = member_of(info.id);
        if (member)
            watch_member(member, &info);
    }
}

static uint64_t items_out(void)
{
    struct buffer_statistics buffer;
    uint64_t sum = 0;

    for (unsigned group = 0; group < soak.groups; group++)
        if (buffer_statistics(group, &buffer) == 0)
            sum += buffer.out;
    return sum;
}

static void report_progress(unsigned seconds)
{
    KERN_INFO("soak: %u s: %llu items, %u processes killed and replaced, "
              "slowest process: %u calls in a second, longest stall: %u s\n",
              seconds, items_out(), soak.kills, soak.slowest, soak.longest_stall);
    soak.slowest = UINT32_MAX;
}

static void start_all(void)
{
    FOR_EACH_ONLINE_CPU(cpu)
        soak.cpus[soak.ncpus++] = cpu;
    soak.groups = MIN(soak.ncpus, (unsigned)GROUPS_MAX);
    soak.count = soak.groups * GROUP;
    soak.slowest = UINT32_MAX;
    random_seed(&soak.random, 1);
    for (unsigned number = 0; number < soak.count; number++) {
        soak.members[number].index = number;
        start_member(number);
    }
}

static unsigned parse_duration(const char *options)
{
    unsigned minutes, seconds;

    if (option_unsigned(options, "minutes", 0, &minutes) ||
        option_unsigned(options, "seconds", option_present(options, "minutes") ? 0 : 60,
                        &seconds) ||
        minutes > 1000000 || seconds > 1000000) {
        KERN_WARN("soak: minutes= and seconds= must be numbers up to 1000000\n");
        machine_exit(EXIT_FAIL);
    }
    if (minutes == 0 && seconds == 0) {
        KERN_WARN("soak: it must last a second at least\n");
        machine_exit(EXIT_FAIL);
    }
    return minutes * 60 + seconds;
}

void run_soak(const char *options)
{
    unsigned seconds = parse_duration(options);
    uint64_t begin = clock_us();

    sched_set_preemption(PREEMPT_KERNEL);
    start_all();
    KERN_INFO("soak: %u processes on %u CPUs, %u seconds\n", soak.count, soak.ncpus, seconds);
    for (unsigned second = 1; second <= seconds; second++) {
        if (thread_sleep_until(begin + second * 1000000ull))
            break;
        watch_all();
        replace_random();
        if (second % REPORT_SECONDS == 0 || second == seconds)
            report_progress(second);
    }
    for (unsigned number = 0; number < soak.count; number++)
        stop_member(number);
    check_all_layers();
    bool clean = proc_count() == 0;
    print_locks(false);
    KERN_INFO("soak: %s\n", clean ? "PASS" : "FAIL: processes are left over");
    machine_exit(clean ? EXIT_PASS : EXIT_FAIL);
}
