/* A standstill is said at once.  A run with a time limit ends with the whole story: no user watches
 * it.  Else the user is told in short, and may end what waits. */
#include "apps/apps_priv.h"

#include "dev/log.h"
#include "dev/machine_exit.h"
#include "dev/panic.h"
#include "init/init.h"
#include "lib/assert.h"
#include "pmm/pmm.h"
#include "thread/standstill.h"
#include "thread/thread.h"

static void standstill_thread(void *unused)
{
    (void)unused;
    for (;;) {
        standstill_await();
        if (boot_option_number("limit", 0) > 0) {
            print_where_threads_are(0);
            panic_report_all(EXIT_LIMIT, "deadlock: every thread waits, and nothing will wake one");
        }
        KERN_INFO("deadlock: every thread waits, and nothing will wake one\n");
        print_what_programs_wait_for();
        KERN_INFO("Ctrl-C ends the program in the foreground, Ctrl-T calls the kernel monitor.\n");
    }
}

void standstill_start(void)
{
    struct thread *thread;
    const struct thread_config config = {
        .name = "standstill", .start = standstill_thread, .cpu = CPU_ANY, .quota = &quota_root };

    if (thread_spawn(&config, &thread))
        KERN_PANIC("no memory for the thread that waits for a standstill");
}
