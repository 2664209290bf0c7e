/* Runs the attacks of user/attacks/ one after the other, and looks whether each leaves the machine
 * as it found it: pages, processes, threads, its own quota. */
#include "check.h"
#include "error.h"
#include "info.h"
#include "proc.h"
#include "status.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "usage.h"

enum { NAMES_MAX = 4096, PATIENCE_MS = 5000, OWN_PAGES = 40 };

static char names[NAMES_MAX + 1];

static bool is_as_before(const struct memory_info *before, const struct quota *quota)
{
    struct memory_info now = { 0 };
    struct quota own = { 0 };

    sys_memory_info(&now);
    sys_quota(&own);
    return memory_left(&now) == memory_left(before) &&
           now.processes == before->processes && now.threads == before->threads &&
           memcmp(&own, quota, sizeof own) == 0;
}

/* Orphans may take a while to end. */
static bool comes_back(const struct memory_info *before, const struct quota *quota)
{
    for (unsigned tries = 0; tries < PATIENCE_MS; tries++) {
        if (is_as_before(before, quota))
            return true;
        sleep_us(1000);
    }
    struct memory_info now = { 0 };
    sys_memory_info(&now);
    printf("siege: free pages %u, processes %u, threads %u; before %u, %u, %u\n", memory_left(&now),
           now.processes, now.threads, memory_left(before), before->processes, before->threads);
    return false;
}

static bool run_attack(const char *name, const char *size)
{
    struct memory_info before = { 0 };
    struct quota quota = { 0 };
    char command[COMMAND_MAX];

    snprintf(command, sizeof command, "%s %s", name, size);
    sys_memory_info(&before);
    sys_quota(&quota);
    uint64_t begun = time_us();
    int status = run(command, quota_left(&quota) - OWN_PAGES);
    bool held = comes_back(&before, &quota) && status == EXIT_SUCCESS;
    if (status != EXIT_SUCCESS)
        printf("siege: %s: %s\n", name, status < 0 ? error_string(-status) : status_text(status));
    printf("siege: %s %s, %u ms\n", name, held ? "was held off" : "BROKE THROUGH",
           (unsigned)((time_us() - begun) / 1000));
    return held;
}

/* The archive's file ATTACKS has a name in each line. */
static bool run_all(const char *size)
{
    size_t length = 0;
    bool held = sys_archive_read("ATTACKS", 0, names, NAMES_MAX, &length) == 0;

    names[length] = '\0';
    for (char *name = names, *end; (end = strchr(name, '\n')); name = end + 1) {
        *end = '\0';
        held &= run_attack(name, size);
    }
    return held;
}

int main(int argc, char **argv)
{
    const char *size = argc > 1 ? argv[1] : "1";
    bool held = true;

    usage(argc, argv, "siege [SIZE [ATTACK...]]\n"
                      "  runs the attacks, or all, and looks what they leave; SIZE: how hard");
    number_argument("siege", size);
    if (argc <= 2)
        held = run_all(size);
    for (int i = 2; i < argc; i++)
        held &= run_attack(argv[i], size);
    return held ? EXIT_SUCCESS : EXIT_FAILURE;
}
