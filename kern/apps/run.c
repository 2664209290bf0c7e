/* What runs programs: the boot option run=PROGRAM, whose exit status becomes the run's; without
 * it the shell, after which the kernel monitor remains. */
#include "apps/apps_priv.h"

#include "dev/clock.h"
#include "dev/log.h"
#include "dev/machine_exit.h"
#include "init/init.h"
#include "ipc/ipc.h"
#include "lib/assert.h"
#include "lib/error_text.h"
#include "pmm/pmm.h"
#include "pmm/refusal.h"
#include "proc/proc.h"
#include "thread/thread.h"

enum { ORPHANS_SECONDS = 5, ORPHANS_LOOK_US = 10000, PATIENCE_SECONDS = 2, LOOK_US = 1000 };

/* Processes that the program has left may end by themselves, before the machine does. */
static void await_orphans(void)
{
    uint64_t deadline = clock_us() + ORPHANS_SECONDS * 1000000ull;

    while (proc_count() > 0 && clock_us() < deadline)
        if (thread_sleep_until(clock_us() + ORPHANS_LOOK_US))
            break;
    if (proc_count() > 0)
        KERN_INFO("run: it left %u processes behind, which end now\n", proc_count());
}

/* On any CPU, with all pages that are free. */
static int start_in_foreground(struct process_config config, pid_t *pid)
{
    config.quota = quota_free(&quota_root);
    config.cpu = CPU_ANY;
    int error = proc_create(&config, pid);
    if (error)
        return error;
    if (proc_set_foreground(*pid))      /* not waited for yet, so it is still there */
        KERN_PANIC("process %d is not the kernel's", *pid);
    return 0;
}

/* Until it ends; its status. */
static uint32_t await_program(pid_t pid)
{
    pid_t ended = 0;
    uint32_t status = 0;

    while (ended != pid)
        if (proc_wait(pid, &ended, &status))
            machine_exit(EXIT_FAIL);
    return status;
}

#ifdef DEBUG

static bool has_exited(pid_t pid)
{
    struct process_info info;
    unsigned slot = 0;

    while (proc_info_next(&slot, &info))
        if (info.id == pid)
            return info.state == INFO_EXITED;
    return true;
}

/* A program to which something was refused may wait for what never comes: it is ended. */
static void await_patiently(pid_t pid)
{
    uint64_t deadline = clock_us() + PATIENCE_SECONDS * 1000000ull;

    while (!has_exited(pid) && clock_us() < deadline)
        if (thread_sleep_until(clock_us() + LOOK_US))
            break;
    if (proc_kill(pid) == 0)
        await_program(pid);
}

static void run_refused(const char *command, unsigned n)
{
    pid_t pid;

    refusal_plan(n);
    if (start_in_foreground((struct process_config){ .command = command }, &pid) == 0)
        await_patiently(pid);
}

void run_with_refusals(const char *command)
{
    unsigned step = MAX(boot_option_number("refuse", 1), 1u);
    unsigned n = 1, runs = 0;

    audit_print();
    for (;;) {
        audit_begin();
        run_refused(command, n);
        bool ok = audit_program();
        unsigned count = refusal_end();
        if (!ok) {
            KERN_INFO("refuse: that was after allocation %u was refused\n", n);
            machine_exit(EXIT_FAIL);
        }
        if (n > count)
            break;
        runs++;
        n += step;
    }
    KERN_INFO("refuse: in each of %u runs an allocation was refused, and nothing was lost\n", runs);
    machine_exit(EXIT_PROGRAM);
}

static void audit_before(void)
{
    audit_print();
    audit_begin();
}

static void audit_after(void)
{
    bool ok = audit_program();

    lock_edges_print();
    if (!ok)
        machine_exit(EXIT_FAIL);
}

#else

static inline void audit_before(void) { }
static inline void audit_after(void) { }

#endif

/* Runs a program in the foreground until it ends; its status. */
static uint32_t run_in_foreground(struct process_config config)
{
    pid_t pid;
    int error = start_in_foreground(config, &pid);

    if (error) {
        KERN_WARN("run=%s: %s\n", config.command, error_text(error));
        machine_exit(EXIT_FAIL);
    }
    return await_program(pid);
}

void run_program(const char *command)
{
    audit_before();
    uint32_t status = run_in_foreground((struct process_config){ .command = command });
    await_orphans();
    print_locks(false);
    if (status > EXIT_PROGRAM_MAX)      /* killed or faulted, or more than the exit can carry */
        KERN_INFO("run: the program ended with status 0x%x\n", status);
    audit_after();
    machine_exit((uint8_t)(EXIT_PROGRAM + MIN(status, (uint32_t)EXIT_PROGRAM_MAX)));
}

void run_shell(void)
{
    KERN_INFO("Ctrl-T calls the kernel monitor.\n");
    const struct process_config init = { .command = "init", .is_first = true };
    uint32_t status = run_in_foreground(init);
    KERN_INFO("The first program has ended with status %u; the kernel monitor remains.\n",
              status);
    terminal_want_monitor();
}
