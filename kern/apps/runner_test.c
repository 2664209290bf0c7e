/* Runs the tests inside the kernel, in the Test Anything Protocol (TAP): a plan, a line per
 * test, `#` lines that say which one begins and what failed.  After each test everything is
 * audited (leaks_test.c). */
#include "apps/apps_priv.h"

#include "dev/log.h"
#include "dev/machine_exit.h"
#include "lib/ktest.h"
#include "lib/string.h"
#include "thread/thread_test.h"

static bool test_passes(const struct ktest *test)
{
    unsigned failures = ktest_failures();

    audit_begin();
    test->run();
    audit_end();
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

void run_tests(const char *prefix)
{
    unsigned selected = 0, number = 0, failed = 0;

    audit_print();
    thread_test_init();
    for (const struct ktest *test = __start_ktest; test < __stop_ktest; test++)
        selected += is_selected(test, prefix);
    KERN_INFO("1..%u\n", selected);
    if (selected == 0)
        KERN_WARN("no test's name begins with %s\n", prefix);
    for (const struct ktest *test = __start_ktest; test < __stop_ktest; test++) {
        if (!is_selected(test, prefix))
            continue;
        KERN_INFO("# running %s\n", test->name);
        ktest_running = test;
        bool ok = test_passes(test);
        failed += !ok;
        KERN_INFO("%sok %u - %s\n", ok ? "" : "not ", ++number, test->name);
    }
    print_schedule();
    lock_edges_print();
    KERN_INFO("%u passed, %u failed\n", selected - failed, failed);
    machine_exit(selected && !failed ? EXIT_PASS : EXIT_FAIL);
}
