/* What runs programs: the boot option run=PROGRAM, whose exit status becomes the run's; without
 * it the shell, after which the kernel monitor remains. */
#include "apps/apps_priv.h"

#include "dev/clock.h"
#include "dev/log.h"
#include "dev/machine_exit.h"
#include "ipc/ipc.h"
#include "lib/assert.h"
#include "lib/error_text.h"
#include "pmm/pmm.h"
#include "proc/proc.h"
#include "thread/thread.h"

enum { ORPHANS_SECONDS = 5, ORPHANS_LOOK_US = 10000 };

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

#ifdef DEBUG

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
    pid_t pid, ended = 0;
    uint32_t status = 0;

    config.quota = quota_free(&quota_root);
    config.cpu = CPU_ANY;
    int error = proc_create(&config, &pid);
    if (error) {
        KERN_WARN("run=%s: %s\n", config.command, error_text(error));
        machine_exit(EXIT_FAIL);
    }
    if (proc_set_foreground(pid))       /* not waited for yet, so it is still there */
        KERN_PANIC("process %d is not the kernel's", pid);
    while (ended != pid)
        if (proc_wait(pid, &ended, &status))
            machine_exit(EXIT_FAIL);
    return status;
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
