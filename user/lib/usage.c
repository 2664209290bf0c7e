/* --help, and complaints about arguments. */
#include "usage.h"

#include "command.h"
#include "error.h"
#include "info.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

void usage(int argc, char **argv, const char *text)
{
    if (argc < 2 || strcmp(argv[1], "--help") != 0)
        return;
    printf("usage: %s\n", text);
    exit(EXIT_SUCCESS);
}

void bad_argument(const char *program, const char *argument, const char *problem)
{
    printf("%s: %s: %s (%s --help)\n", program, argument, problem, program);
    exit(EXIT_FAILURE);
}

#define OWN_PAGES 16            /* kept for this program's own stack and heap */

int run_program_of(int argc, char **argv, int first)
{
    char command[COMMAND_MAX];
    struct quota quota = { 0 };
    int status = 0;

    if (first >= argc)
        bad_argument(argv[0], "PROGRAM", "is missing");
    if (join_words((const char *const *)argv + first, command, sizeof command) == 0)
        bad_argument(argv[0], "PROGRAM", "the command is too long");
    sys_quota(&quota);
    int pid = spawn(command, quota_left(&quota) - OWN_PAGES);
    if (pid < 0)
        bad_argument(argv[0], argv[first], error_string(-pid));
    wait(pid, &status);
    return status;
}

unsigned number_argument(const char *program, const char *argument)
{
    unsigned number = 0;

    if (!parse_unsigned(argument, &number))
        bad_argument(program, argument, "not a number");
    return number;
}
