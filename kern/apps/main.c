/* What the machine does once it is up: one of the applications of this layer, chosen by the boot
 * options. */
#include "apps/apps_priv.h"

#include "abi/syscall.h"
#include "dev/clock.h"
#include "dev/pit.h"
#include "init/init.h"
#include "lib/assert.h"
#include "lib/options.h"
#include "pcpu/pcpu.h"
#include "pcpu/sched_point.h"
#include "pmm/pmm.h"
#include "thread/sched.h"
#include "trap/trap.h"

/* From boot/start.S. */
NORETURN void kern_main(uint32_t magic, const void *info);

static void check_options(const char *command_line)
{
    static const char *const known[] = {
        "cpus", "demo", "items", "buffer", "quiet", "stage", "own", "soak", "minutes", "seconds",
        "run", "test", "seed", "points", "log", "limit", "lock", "lockstat", "edges",
        "trace", "ring", "uptime", "refuse", "interrupts",
    };
    const char *unknown = option_check_known(command_line, known, ARRAY_SIZE(known));

    if (unknown)
        boot_option_refuse("unknown", unknown);
}

/* The text of an option, which may be as long as a program's command; false if there is no such
 * option. */
static bool option_text(const char *line, const char *key, char text[COMMAND_MAX])
{
    if (option_string(line, key, text, COMMAND_MAX))
        return true;
    if (option_has_value(line, key))
        boot_option_refuse("its text is longer than 255 characters", key);
    if (option_present(line, key))
        boot_option_refuse("it has no = and no text after that", key);
    return false;
}

/* --- what only a debug kernel has: schedule points, checks of locks, tests ----------------- */

#ifdef DEBUG

static uint32_t read_number(const char **text)
{
    uint32_t number = 0;

    while (**text >= '0' && **text <= '9')
        number = number * 10 + (uint32_t)(*(*text)++ - '0');
    return number;
}

/* 3-7, and what follows it: a comma or nothing. */
static bool read_range(const char **text, struct sched_point_range *range)
{
    range->first = read_number(text);
    if (*(*text)++ != '-')
        return false;
    range->end = read_number(text);
    return **text == ',' ? *++*text != '\0' : **text == '\0';
}

/* points=3-7,11-12: of the schedule points only numbers 3 to 6, and 11, disturb. */
static void read_points(const char *line, struct sched_point_range ranges[POINT_RANGES])
{
    char text[COMMAND_MAX] = "0-4294967295";
    const char *at = text;

    if (option_present(line, "points") && !option_string(line, "points", text, sizeof text))
        boot_option_refuse("its text is missing, or longer than 255 characters", "points");
    for (unsigned i = 0; i < POINT_RANGES; i++) {
        ranges[i] = (struct sched_point_range){ UINT32_MAX, UINT32_MAX };
        if (*at && !read_range(&at, &ranges[i]))
            boot_option_refuse("not of the form 3-7,11-12", "points");
    }
    if (*at)
        boot_option_refuse("more than 8 of the form 3-7", "points");
}

/* seed=N: besides the schedule points, the PIT cuts virtual CPUs' slices at any instruction,
 * after periods of 50 to 250 counts (under QEMU's deterministic flags; its interrupt is
 * masked). */
static void disturb_schedule(const char *line, unsigned seed)
{
    struct sched_point_range ranges[POINT_RANGES];

    if (seed == 0)
        return;
    read_points(line, ranges);
    sched_points_start(seed, ranges);
    pit_set_period((uint16_t)(50 + seed * 37 % 200));
}

/* uptime=N: all goes on as if the machine ran for so many seconds.  This is the boot CPU, and no
 * tick of it comes between the two: the time limit would have passed then. */
static void age_machine(unsigned seconds)
{
    unsigned limit = boot_option_number("limit", 0);

    intr_local_disable();
    clock_set_forward((int)seconds);
    trap_set_time_limit(limit);
    intr_local_enable();
}

static void obey_debug_options(const char *line)
{
    char text[COMMAND_MAX];

    if (!option_present(line, "trace"))
        trace_always(boot_option_number("ring", 0));
    disturb_schedule(line, boot_option_number("seed", 0));
    trap_disturb_interrupts(boot_option_number("interrupts", 0));
    age_machine(boot_option_number("uptime", 0));
    if (option_text(line, "test", text))
        run_tests(text);
    if (option_present(line, "refuse")) {
        if (!option_text(line, "run", text))
            boot_option_refuse("it goes with run=", "refuse");
        run_with_refusals(text);
    }
}

#else

static void obey_debug_options(const char *line)
{
    if (option_present(line, "edges"))
        boot_option_refuse("this kernel does not check locks (make DEBUG=1)", "edges");
    if (option_present(line, "interrupts"))
        boot_option_refuse("this kernel disturbs no interrupts (make DEBUG=1)", "interrupts");
    if (option_present(line, "refuse"))
        boot_option_refuse("this kernel refuses no allocations (make DEBUG=1)", "refuse");
    if (option_present(line, "test"))
        boot_option_refuse("this kernel has no tests in it (make DEBUG=1)", "test");
    if (option_present(line, "ring"))
        boot_option_refuse("this kernel records only what trace= begins (or make DEBUG=1)",
                           "ring");
    if (option_present(line, "uptime"))
        boot_option_refuse("this kernel's clock begins at 0 (make DEBUG=1)", "uptime");
}

#endif

/* A thread, so that it may block. */
static void main_thread(void *unused)
{
    const char *line = boot_command_line();
    char command[COMMAND_MAX];

    (void)unused;
    if (option_present(line, "trace"))
        trace_from_boot(boot_option_number("trace", 0));
    standstill_start();
    if (!option_present(line, "test"))
        proc_reserve_text();            /* tests want to have all pages */
    obey_debug_options(line);
    keys_start();
    if (option_present(line, "demo"))
        run_demo(line);
    if (option_present(line, "soak"))
        run_soak(line);
    if (option_text(line, "run", command))
        run_program(command);
    run_shell();
}

void kern_main(uint32_t magic, const void *info)
{
    struct thread *thread;
    const struct thread_config config = {
        .name = "main", .start = main_thread, .departed = thread_free, .cpu = 0,
        .quota = &quota_root };

    init_machine(magic, info, check_options);
    if (thread_spawn(&config, &thread))
        KERN_PANIC("no memory for the main thread");
    sched_idle();
}
