/* A third program, which computes: `ding [LINES]` prints that many lines (5) with the CPU that
 * it runs on and yields after each.  Every line stands for the same computation: exit status 1
 * if the results differ, which would mean that a switch has changed a register. */
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "usage.h"

#define STEPS 200000

static unsigned compute(void)
{
    unsigned x = 1;

    for (unsigned i = 0; i < STEPS; i++)
        x = x * 1664525 + 1013904223;
    return x;
}

int main(int argc, char **argv)
{
    unsigned lines = 5;

    usage(argc, argv, "ding [LINES]\n  computes, prints a line (5) and yields, again and again");
    if (argc > 1 && !parse_unsigned(argv[1], &lines)) {
        puts("usage: ding [LINES]");
        return 2;
    }
    printf("From cpu %u: ding started.\n", cpu_index());
    unsigned expected = compute();
    for (unsigned i = 1; i <= lines; i++) {
        if (compute() != expected) {
            puts("ding: the computation went wrong");
            return EXIT_FAILURE;
        }
        printf("From cpu %u: ding %u of %u.\n", cpu_index(), i, lines);
        yield();
    }
    return EXIT_SUCCESS;
}
