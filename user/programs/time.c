/* Runs a program and says how long it took. */
#include "proc.h"
#include "status.h"
#include "stdio.h"
#include "stdlib.h"
#include "usage.h"

int main(int argc, char **argv)
{
    usage(argc, argv, "time PROGRAM ARGUMENTS...\n  runs a program, says how long it took by "
                      "the clock, and ends with its status");
    if (argc < 2)
        bad_argument("time", "PROGRAM", "is missing");
    uint64_t begin = time_us();
    int status = run_program_of(argc, argv, 1);
    unsigned us = (unsigned)(time_us() - begin);
    printf("%s: %u.%03u ms, %s\n", argv[1], us / 1000, us % 1000, status_text(status));
    return status < STATUS_KILLED ? status : EXIT_FAILURE;
}
