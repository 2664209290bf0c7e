/* Runs a program and says how long it took. */
#include "error.h"
#include "info.h"
#include "proc.h"
#include "status.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "usage.h"

#define OWN_PAGES 16            /* kept for this program's own stack and heap */

static void join_words(char *const words[], char command[COMMAND_MAX])
{
    size_t length = 0;

    for (; *words != NULL && length < COMMAND_MAX; words++) {
        const char *quote = strchr(*words, ' ') != NULL || **words == '\0' ? "\"" : "";
        length += (size_t)snprintf(command + length, COMMAND_MAX - length, "%s%s%s%s",
                                   length > 0 ? " " : "", quote, *words, quote);
    }
    if (length >= COMMAND_MAX)
        bad_argument("time", "PROGRAM", "the command is too long");
}

int main(int argc, char **argv)
{
    char command[COMMAND_MAX];
    struct quota quota = { 0 };
    int status = 0;

    usage(argc, argv, "time PROGRAM ARGUMENTS...\n  runs a program, says how long it took by "
                      "the clock, and ends with its status");
    if (argc < 2)
        bad_argument("time", "PROGRAM", "is missing");
    join_words(argv + 1, command);
    sys_quota(&quota);
    uint64_t begin = time_us();
    int pid = spawn(command, quota.limit - quota.used - quota.delegated - OWN_PAGES);
    if (pid < 0)
        bad_argument("time", argv[1], error_string(-pid));
    wait(pid, &status);
    unsigned us = (unsigned)(time_us() - begin);
    printf("%s: %u.%03u ms, %s\n", argv[1], us / 1000, us % 1000, status_text(status));
    return status < STATUS_KILLED ? status : EXIT_FAILURE;
}
