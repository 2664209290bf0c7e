/* A process whose parent has ended goes on to its own end, and nothing of it is left then. */
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define BUFFER  12
#define ORPHANS 5

/* Starts children that wait for an item, and ends before them. */
static int parent(void)
{
    for (unsigned i = 0; i < ORPHANS; i++)
        if (spawn("orphans orphan", 50) < 0)
            return EXIT_FAILURE;
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct quota before = { 0 };

    if (argc > 1 && strcmp(argv[1], "parent") == 0)
        return parent();
    if (argc > 1) {
        produce(BUFFER + 1, consume(BUFFER) + 1);
        return EXIT_SUCCESS;
    }
    CHECK_EQ(sys_quota(&before), 0);
    CHECK_EQ(run("orphans parent", 400), EXIT_SUCCESS);
    for (unsigned i = 0; i < ORPHANS; i++)
        produce(BUFFER, i);
    unsigned sum = 0;
    for (unsigned i = 0; i < ORPHANS; i++)
        sum += consume(BUFFER + 1);
    CHECK_EQ(sum, ORPHANS * (ORPHANS + 1) / 2);
    check_quota_back(&before);          /* when they have ended, which they are doing now */
    return check_result();
}
