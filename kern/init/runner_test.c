/* Runs the tests inside the kernel, in the Test Anything Protocol (TAP): a plan, a line per
 * test, `#` lines that say what failed.  After each test every layer's invariants are checked,
 * and that no page, thread, process or quota unit was left behind. */
#include "init/init_priv.h"

#include "dev/exit.h"
#include "dev/log.h"
#include "ipc/ipc.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "pcpu/sched_point.h"
#include "thread/thread.h"
#include "thread/thread_test.h"
#include "vmm/vmm.h"

/* Everything that a test must give back.  Stacks in the cache count as free. */
struct usage {
    unsigned free_pages, charged_pages, delegated_pages, threads, processes;
};

static struct usage usage_now(void)
{
    struct account root = quota_account(&quota_root);

    return (struct usage){
        .free_pages = pmm_usage().free + kstack_usage().cached * KSTACK_PAGES,
        .charged_pages = root.used, .delegated_pages = root.delegated,
        .threads = thread_count(), .processes = proc_count(),
    };
}

static void expect_same(const char *what, unsigned before, unsigned after)
{
    if (before != after)
        ktest_fail(__FILE__, __LINE__, "leak: %s: %u before, %u after the test", what, before,
                   after);
}

static void expect_no_leak(const struct usage *before)
{
    struct usage after = usage_now();

    expect_same("free pages", before->free_pages, after.free_pages);
    expect_same("charged pages", before->charged_pages, after.charged_pages);
    expect_same("delegated pages", before->delegated_pages, after.delegated_pages);
    expect_same("threads", before->threads, after.threads);
    expect_same("processes", before->processes, after.processes);
}

static void check_all_layers(void)
{
    pmm_check();
    vmm_check();
    thread_check();
    buffer_check();
    futex_check();
    proc_check();
}

static bool passes(const struct ktest *test)
{
    struct usage before = usage_now();
    unsigned failures = ktest_failures();

    test->run();
    check_all_layers();
    expect_no_leak(&before);
    return ktest_failures() == failures;
}

/* Tests that are meant to go wrong run only when asked for: they test the host's runner. */
static bool is_selected(const struct ktest *test, const char *prefix)
{
    static const char selftest[] = "selftest.";
    bool is_selftest = strncmp(test->name, selftest, sizeof selftest - 1) == 0;

    if (strcmp(prefix, "all") == 0)
        return !is_selftest;
    if (is_selftest && strncmp(prefix, selftest, sizeof selftest - 1) != 0)
        return false;
    return strncmp(test->name, prefix, strlen(prefix)) == 0;
}

static void print_line(const char *line)
{
    KERN_INFO("# %s\n", line);
}

static void print_schedule(void)
{
    uint32_t count, hash;

    sched_points_result(&count, &hash);
    KERN_INFO("schedule: %u points, hash %08x\n", count, hash);
}

void run_tests(const char *prefix)
{
    unsigned selected = 0, number = 0, failed = 0;

    ktest_print = print_line;
    thread_test_init();
    for (const struct ktest *test = __start_ktest; test < __stop_ktest; test++)
        selected += is_selected(test, prefix);
    KERN_INFO("1..%u\n", selected);
    if (selected == 0)
        KERN_WARN("no test's name begins with %s\n", prefix);
    for (const struct ktest *test = __start_ktest; test < __stop_ktest; test++) {
        if (!is_selected(test, prefix))
            continue;
        bool ok = passes(test);
        failed += !ok;
        KERN_INFO("%sok %u - %s\n", ok ? "" : "not ", ++number, test->name);
    }
    print_schedule();
    KERN_INFO("%u passed, %u failed\n", selected - failed, failed);
    machine_exit(selected && !failed ? EXIT_PASS : EXIT_FAIL);
}
