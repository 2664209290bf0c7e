/* explore: runs scenarios on the simulated machine under many schedules. */
#include "exhaustive.h"
#include "machine.h"
#include "memory.h"
#include "play.h"
#include "priority.h"
#include "race.h"
#include "random.h"
#include "record.h"
#include "schedule.h"
#include "selective.h"
#include "store_buffer.h"
#include "story.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] =
    "usage: explore [options] [SCENARIO...]      (all scenarios, if none is named)\n"
    "  --list                 the names of the scenarios\n"
    "  --strategy NAME        random, pct, pos, surw or exhaustive (the default)\n"
    "  --bound N              exhaustive: at most N events that need not have happened (2)\n"
    "  --depth N              pct: for faults that need N events in a certain order (3)\n"
    "  --schedules N          but for exhaustive: so many schedules (10000)\n"
    "  --seconds N            at most so many seconds of CPU time for each scenario (no limit)\n"
    "  --complete             exhaustive: not to reach the bound is a failure, too\n"
    "  --seed N               but for exhaustive: other schedules (1)\n"
    "  --cpus N               the machine has 2 to 4 CPUs (2)\n"
    "  --late-stores          others may see a store after its CPU's later loads, everywhere\n"
    "  --no-races             do not look for data races\n"
    "  --schedule TEXT        play this schedule, as a failure has shown it\n"
    "  --record FOLDER        write there the record of each run that fails, SCENARIO.trace:\n"
    "                         scripts/timeline draws it\n";

static struct {
    const struct strategy *strategy;
    const char *schedule;               /* to be played, or NULL */
    const char *records;                /* the folder for them, or NULL */
    unsigned long schedules;
    double seconds;                     /* 0: no limit */
    bool complete;                      /* exhaustive: nothing less will do */
    bool late_stores;                   /* in all scenarios */
} settings = { .strategy = &exhaustive_strategy, .schedules = 10000 };

/* What was found of a scenario. */
struct result {
    unsigned long schedules, steps;
    double        seconds;
    bool          failed, complete;
};

static double cpu_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool run_once(void)
{
    memory_restore();
    bool good = machine_run(boot_scenario);
    schedule_end();
    return good;
}

static bool is_enough(const struct result *result, double started)
{
    if (settings.strategy != &exhaustive_strategy && result->schedules >= settings.schedules)
        return true;
    return settings.seconds > 0 && result->schedules % 64 == 0 &&
           cpu_seconds() - started > settings.seconds;
}

static struct result explore(void)
{
    struct result result = { 0 };
    double started = cpu_seconds();

    schedule_use(settings.strategy);
    exhaustive_restart();
    selective_restart();
    while (!result.failed && !is_enough(&result, started)) {
        if (!schedule_begin()) {
            result.complete = true;
            break;
        }
        result.failed = !run_once();
        result.schedules++;
        result.steps += step_number();
    }
    result.seconds = cpu_seconds() - started;
    return result;
}

/* --- failures ----------------------------------------------------------------------------- */

static bool replay_fails(void)
{
    return schedule_begin() && !run_once() && schedule_fits();
}

/* Leaves out `part` choices side by side wherever the run fails without them, too.  True if there
 * was such a place. */
static bool leave_out_parts(unsigned part, char *schedule, size_t size)
{
    bool any = false;

    for (unsigned first = 0; first < schedule_held(); ) {
        schedule_leave_out(first, part);
        if (schedule_begin() && !run_once() && schedule_choices() < schedule_held()) {
            schedule_hold();
            snprintf(schedule, size, "%s", schedule_text());
            any = true;
        } else {
            first += (part + 1) / 2;
        }
    }
    return any;
}

/* Plays the schedule that has failed without half of its choices, a quarter, ... (Zeller and
 * Hildebrandt, "Simplifying and isolating failure-inducing input", 2002). */
static void shrink(char *schedule, size_t size)
{
    snprintf(schedule, size, "%s", schedule_text());
    schedule_use(&replay_strategy);
    if (!schedule_parse(schedule) || !replay_fails())
        return;                         /* it does not repeat: the caller says so */
    schedule_hold();
    schedule_use(&loose_strategy);
    for (unsigned part = schedule_held() / 2 + 1; part > 0; part /= 2)
        if (leave_out_parts(part, schedule, size) && part <= 2)
            part = 4;
}

/* --- the point of no return --------------------------------------------------------------- */

enum { BRANCHES = 300, BRANCH_STEPS = 20000000 };

/* Does the run fail, however it goes on from that step?  Takes its steps from those left. */
static bool is_lost_at(unsigned step, unsigned *left)
{
    schedule_branch_at(step);
    for (unsigned i = 0; i < BRANCHES && *left > 0; i++) {
        if (schedule_begin() && run_once())
            return false;
        *left -= MIN(*left, step_number());
    }
    return true;
}

/* The first step of the schedule that was parsed from which on no way out was found; 0: there was
 * none from the beginning.  UINT_MAX: to tell it takes too many steps.  The run has `steps`. */
static unsigned point_of_no_return(unsigned steps)
{
    unsigned good = 0, lost = steps, left = BRANCH_STEPS;

    schedule_use(&branch_strategy);
    if (is_lost_at(0, &left))
        return left > 0 ? 0 : UINT_MAX;
    while (good + 1 < lost && left > 0) {
        unsigned middle = (good + lost) / 2;
        if (is_lost_at(middle, &left))
            lost = middle;
        else
            good = middle;
    }
    return left > 0 ? lost : UINT_MAX;
}

static bool show_replay(const char *schedule)
{
    schedule_use(&replay_strategy);
    if (!schedule_parse(schedule)) {
        fprintf(stderr, "explore: %s: no schedule, as 17c1,203t0 is one\n", schedule);
        exit(2);
    }
    story_begin();
    record_begin();
    schedule_is_told = true;
    bool failed = replay_fails();
    schedule_is_told = false;
    printf("%s  %s: %s\n", failed ? "FAIL" : "ok  ", scenario->name,
           *failure() ? failure() : "the schedule ends well");
    printf("      schedule %s\n", schedule);
    if (settings.records)
        record_write(settings.records, scenario->name);
    story_end();
    story_print(failed ? point_of_no_return(step_number()) : UINT_MAX);
    return failed;
}

static void show_failure(const struct result *result)
{
    static char schedule[20000];
    unsigned choices = schedule_choices();

    shrink(schedule, sizeof schedule);
    if (!show_replay(schedule))
        printf("      but it does not fail again: an error of the explorer\n");
    printf("      found by %s, seed %u, in schedule %lu of %u choices, %u CPUs\n",
           settings.strategy->name, seed, result->schedules, choices, cpu_count);
    printf("      again: make check SCENARIO=%s SCHEDULE=%s\n", scenario->name, schedule);
}

static void show_success(const struct result *result)
{
    const char *cut = result->complete ? "" : " (time is up)";

    printf("ok    %-20s %8lu schedules, %4lu steps each, %6.0f/s", scenario->name,
           result->schedules, result->steps / MAX(result->schedules, 1),
           (double)result->schedules / MAX(result->seconds, 1e-6));
    if (settings.strategy == &exhaustive_strategy)
        printf(", all up to bound %d%s", exhausted_bound(), cut);
    if (settings.strategy == &priority_strategy)
        printf(", a fault of depth %u with p >= %.1e each", fault_depth, priority_probability());
    printf("\n");
}

static bool check_scenario(const struct scenario *checked)
{
    scenario = checked;
    memory_forget_use();
    stores_may_be_late = scenario->late_stores || settings.late_stores;
    ticks_allowed = scenario->ticks ? scenario->ticks : 1;
    if (settings.schedule)
        return !show_replay(settings.schedule);
    struct result result = explore();
    if (result.failed)
        show_failure(&result);
    else
        show_success(&result);
    fflush(stdout);
    return !result.failed && (result.complete || !settings.complete);
}

/* --- options ------------------------------------------------------------------------------ */

NORETURN static void refuse(const char *what, const char *text)
{
    fprintf(stderr, "explore: %s: %s\n%s", text, what, usage);
    exit(2);
}

static unsigned long number_of(const char *text, unsigned long least, unsigned long most)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);

    if (*end || end == text || number < least || number > most)
        refuse("not a number that can stand here", text);
    return number;
}

static const struct strategy *strategy_of(const char *name)
{
    static const struct strategy *const strategies[] = {
        &random_strategy, &priority_strategy, &partial_order_strategy, &selective_strategy,
        &exhaustive_strategy
    };

    for (unsigned i = 0; i < ARRAY_SIZE(strategies); i++)
        if (strcmp(strategies[i]->name, name) == 0)
            return strategies[i];
    refuse("no strategy", name);
}

static const struct scenario *scenario_of(const char *name)
{
    for (const struct scenario *const *s = __start_scenarios; s < __stop_scenarios; s++)
        if (strcmp((*s)->name, name) == 0)
            return *s;
    refuse("no scenario", name);
}

static void list_scenarios(void)
{
    for (const struct scenario *const *s = __start_scenarios; s < __stop_scenarios; s++)
        printf("%-20s %s\n", (*s)->name, (*s)->file);
    exit(0);
}

static void apply_option(int option)
{
    switch (option) {
    case 'l': list_scenarios(); break;
    case 's': settings.strategy = strategy_of(optarg); break;
    case 'b': bound = (unsigned)number_of(optarg, 0, 100); break;
    case 'd': fault_depth = (unsigned)number_of(optarg, 1, DEPTH_LIMIT); break;
    case 'n': settings.schedules = number_of(optarg, 1, 1000000000000); break;
    case 't': settings.seconds = (double)number_of(optarg, 1, 1000000); break;
    case 'a': settings.complete = true; break;
    case 'x': seed = (uint32_t)number_of(optarg, 0, UINT32_MAX); break;
    case 'c': cpu_count = (unsigned)number_of(optarg, 2, CPUS_MAX); break;
    case 'w': settings.late_stores = true; break;
    case 'r': races_are_failures = false; break;
    case 'p': settings.schedule = optarg; break;
    case 'o': settings.records = optarg; break;
    case 'h': fputs(usage, stdout); exit(0);
    default: fputs(usage, stderr); exit(2);
    }
}

static void read_options(int argc, char **argv)
{
    static const struct option options[] = {
        { "list", no_argument, NULL, 'l' }, { "strategy", required_argument, NULL, 's' },
        { "bound", required_argument, NULL, 'b' }, { "depth", required_argument, NULL, 'd' },
        { "schedules", required_argument, NULL, 'n' }, { "seconds", required_argument, NULL, 't' },
        { "complete", no_argument, NULL, 'a' },
        { "seed", required_argument, NULL, 'x' }, { "cpus", required_argument, NULL, 'c' },
        { "late-stores", no_argument, NULL, 'w' },
        { "no-races", no_argument, NULL, 'r' }, { "schedule", required_argument, NULL, 'p' },
        { "record", required_argument, NULL, 'o' },
        { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
    };
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        apply_option(option);
    if (settings.schedule && optind + 1 != argc)
        refuse("belongs to one scenario, which must be named", settings.schedule);
}

int main(int argc, char **argv)
{
    bool good = true;

    read_options(argc, argv);
    memory_init();
    if (!machine_run(boot_once)) {
        fprintf(stderr, "explore: the kernel does not come up: %s\n", failure());
        return 2;
    }
    memory_keep();
    if (optind == argc)
        for (const struct scenario *const *s = __start_scenarios; s < __stop_scenarios; s++)
            good &= check_scenario(*s);
    for (int i = optind; i < argc; i++)
        good &= check_scenario(scenario_of(argv[i]));
    return good ? 0 : 1;
}
