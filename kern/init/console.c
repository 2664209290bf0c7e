/* The console thread: does what the terminal's two keys ask for (ipc/terminal.c).  It waits for
 * nothing but the keyboard, so it answers whatever the programs do, and when there are none. */
#include "init/init_priv.h"

#include "dev/log.h"
#include "ipc/ipc.h"
#include "lib/panic.h"
#include "thread/thread.h"

/* What the key ends says no more, so that it was heeded is said here. */
static void interrupt(void)
{
    if (!proc_interrupt())
        return;
    terminal_forget_interrupt();
    KERN_INFO("^C\n");
}

static void console_thread(void *unused)
{
    (void)unused;
    for (;;) {
        if (terminal_await_key() == TERMINAL_KEY_INTERRUPT)
            interrupt();
        else
            monitor_run();
    }
}

void console_start(void)
{
    struct thread *thread;
    const struct thread_config config = {
        .name = "console", .start = console_thread, .cpu = CPU_ANY, .quota = &quota_root };

    if (thread_spawn(&config, &thread))
        KERN_PANIC("no memory for the console thread");
}
