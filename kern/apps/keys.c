/* The keys thread: does what the terminal's two keys ask for (ipc/terminal.c).  It waits for
 * nothing but the keyboard, so it answers whatever the programs do, and when there are none. */
#include "apps/apps_priv.h"

#include "dev/log.h"
#include "ipc/ipc.h"
#include "lib/assert.h"
#include "pmm/pmm.h"
#include "proc/proc.h"
#include "thread/thread.h"

/* What the key ends says no more, so that is said here. */
static void interrupt_job(void)
{
    if (!proc_interrupt())
        return;
    terminal_forget_interrupt();
    KERN_INFO("^C\n");
}

static void keys_thread(void *unused)
{
    (void)unused;
    for (;;) {
        if (terminal_await_key() == TERMINAL_KEY_INTERRUPT)
            interrupt_job();
        else
            monitor_run();
    }
}

void keys_start(void)
{
    struct thread *thread;
    const struct thread_config config = {
        .name = "keys", .start = keys_thread, .cpu = CPU_ANY, .quota = &quota_root };

    if (thread_spawn(&config, &thread))
        KERN_PANIC("no memory for the keys thread");
}
