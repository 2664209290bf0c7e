/* --help, and complaints about arguments. */
#include "usage.h"

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

static void join_words(const char *program, char *const words[], char command[COMMAND_MAX])
{
    size_t length = 0;

    for (; *words != NULL && length < COMMAND_MAX; words++) {
        const char *quote = strchr(*words, ' ') != NULL || **words == '\0' ? "\"" : "";
        length += (size_t)snprintf(command + length, COMMAND_MAX - length, "%s%s%s%s",
                                   length > 0 ? " " : "", quote, *words, quote);
    }
    if (length >= COMMAND_MAX)
        bad_argument(program, "PROGRAM", "the command is too long");
}

int run_program_of(int argc, char **argv, int first)
{
    char command[COMMAND_MAX];
    struct quota quota = { 0 };
    int status = 0;

    if (first >= argc)
        bad_argument(argv[0], "PROGRAM", "is missing");
    join_words(argv[0], argv + first, command);
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
