/* The first program: runs the one that its arguments name, or the shell, waits for it, and
 * passes its exit status on.  `init [PROGRAM ARGUMENTS...]` */
#include "abi/error.h"
#include "command.h"
#include "error.h"
#include "proc.h"
#include "status.h"
#include "stdio.h"
#include "stdlib.h"
#include "terminal.h"

#define OWN_PAGES 16            /* kept for init's own stack and heap */

static int run_program(const char *command)
{
    struct quota quota = { 0 };
    int status = 0;

    sys_quota(&quota);
    int child = spawn(command, quota_left(&quota) - OWN_PAGES);
    if (child < 0) {
        printf("init: %s: %s\n", command, error_string(-child));
        return EXIT_FAILURE;
    }
    sys_foreground(child);
    wait(child, &status);
    if (status >= STATUS_KILLED)
        printf("init: %s: %s\n", command, status_text(status));
    return status < STATUS_KILLED ? status : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    char command[COMMAND_MAX];

    printf("This is Strata: process %d, init, on %u CPUs.\n", getpid(), cpu_count());
    sys_foreground(0);
    if (argc < 2)
        return run_program("sh");
    if (join_words((const char *const *)argv + 1, command, sizeof command) == 0) {
        puts("init: the command line is too long");
        return EXIT_FAILURE;
    }
    return run_program(command);
}
