/* The keys thread: does what the terminal's three keys ask for (ipc/terminal.c).  It waits for
 * nothing but the keyboard, so it answers whatever the programs do, and when there are none. */
#include "apps/apps_priv.h"

#include "dev/log.h"
#include "ipc/ipc.h"
#include "lib/assert.h"
#include "pmm/pmm.h"
#include "proc/proc.h"
#include "thread/thread.h"

/* What the key ends says no more, so that is said here; and what was typed before the key is
 * forgotten before a shell that waits for the job reads on. */
static bool announce_end(void)
{
    bool ends = terminal_forget_interrupt();

    if (ends)
        KERN_INFO("^C\n");
    return ends;
}

static bool announce_quit(void)
{
    terminal_forget_typed();
    KERN_INFO("^\\\n");
    return true;
}

static void keys_thread(void *unused)
{
    (void)unused;
    for (;;) {
        switch (terminal_await_key()) {
        case TERMINAL_KEY_INTERRUPT:
            proc_interrupt(announce_end);
            break;
        case TERMINAL_KEY_QUIT:
            proc_quit(announce_quit);
            break;
        case TERMINAL_KEY_MONITOR:
            monitor_run();
            break;
        }
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
