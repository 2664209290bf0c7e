/* What a test, or a program, must leave as it was: every layer's invariants, and no page, thread,
 * process or quota unit less than before. */
#include "apps/apps_priv.h"

#include "dev/clock.h"
#include "dev/log.h"
#include "ipc/ipc.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "pcpu/trace.h"
#include "pmm/pmm.h"
#include "proc/proc.h"
#include "thread/inspect.h"
#include "vmm/kstack.h"
#include "vmm/vmm.h"

/* Everything that must be given back.  Stacks in the cache, and programs' pages that are kept,
 * count as free. */
struct usage {
    unsigned free_pages, charged_pages, delegated_pages, threads, processes;
};

static struct usage before;             /* of the test that runs */

static struct usage usage_now(void)
{
    struct account root = quota_account(&quota_root);

    return (struct usage){
        .free_pages = pmm_usage().free + kstack_usage().cached * KSTACK_PAGES +
                      proc_text_pages(),
        .charged_pages = root.used, .delegated_pages = root.delegated,
        .threads = thread_count(), .processes = proc_count(),
    };
}

static void expect_same(const char *what, unsigned was, unsigned is)
{
    if (was != is)
        ktest_fail(__FILE__, __LINE__, "leak: %s: %u before, %u after the test", what, was, is);
}

void audit_begin(void)
{
    before = usage_now();
}

void audit_end(void)
{
    check_all_layers();
    struct usage after = usage_now();
    expect_same("free pages", before.free_pages, after.free_pages);
    expect_same("charged pages", before.charged_pages, after.charged_pages);
    expect_same("delegated pages", before.delegated_pages, after.delegated_pages);
    expect_same("threads", before.threads, after.threads);
    expect_same("processes", before.processes, after.processes);
}

/* It is in the record, too: what came before it can be seen there. */
static void print_line(const char *line)
{
    trace_note_text(TRACE_MARK, (uintptr_t)thread_current(), line, strlen(line));
    KERN_INFO("# %s\n", line);
}

void audit_print(void)
{
    ktest_print = print_line;
}

static void kill_all(void)
{
    struct process_info info;
    unsigned slot = 0;

    while (proc_info_next(&slot, &info))
        if (proc_kill(info.id))
            continue;                   /* it was faster */
}

bool audit_program(void)
{
    while (proc_count() > 0) {
        kill_all();
        if (thread_sleep_until(clock_us() + 1000))
            return false;
    }
    audit_end();
    return ktest_failures() == 0;
}
