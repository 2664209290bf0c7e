/* --help, and complaints about arguments. */
#include "usage.h"

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

unsigned number_argument(const char *program, const char *argument)
{
    unsigned number = 0;

    if (!parse_unsigned(argument, &number))
        bad_argument(program, argument, "not a number");
    return number;
}
