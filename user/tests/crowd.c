/* As many processes as there can be: a process may have 1024 children and the machine 2047
 * processes, of which some stay free for programs that have few.  Then spawn says so, and when all
 * have ended everything is as before. */
#include "abi/error.h"
#include "check.h"
#include "error.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define CHILDREN_MAX    1024u
#define PROCESSES_MAX   2047u
#define CHILD_QUOTA     12
#define GATE            10              /* buffer: an item lets one process end */
#define REPORT          9               /* buffer: how the helper fared */

/* Starts children until that fails; returns their number. */
static unsigned start_children(int *error)
{
    unsigned count = 0;
    int pid;

    while ((pid = spawn("crowd child", CHILD_QUOTA)) > 0)
        count++;
    *error = -pid;
    return count;
}

static int helper(void)
{
    int error;
    unsigned count = start_children(&error);

    produce(REPORT, count);
    produce(REPORT, (uint32_t)error);
    consume(GATE);
    return EXIT_SUCCESS;                /* its children are orphans now */
}

static void open_gate(unsigned count)
{
    while (count-- > 0)
        produce(GATE, 0);
}

/* Children that do not fit into their quota fail at different stages: each must give its place
 * in the process table back, or there will be too few below. */
static void start_too_small(void)
{
    for (unsigned pages = 0; pages < CHILD_QUOTA; pages++)
        run("hello", pages);
}

int main(int argc, char **argv)
{
    struct quota before = { 0 };

    if (argc > 1) {
        if (strcmp(argv[1], "helper") == 0)
            return helper();
        consume(GATE);
        return EXIT_SUCCESS;
    }
    CHECK_EQ(sys_quota(&before), 0);
    unsigned needed = (CHILDREN_MAX + 1) * CHILD_QUOTA + 64;
    if (before.limit < 2 * needed) {
        printf("crowd: %u pages are too few for this test\n", before.limit);
        return EXIT_SUCCESS;
    }

    start_too_small();
    CHECK(spawn("crowd helper", needed) > 0);
    unsigned theirs = consume(REPORT);
    CHECK_EQ(theirs, CHILDREN_MAX);
    CHECK_EQ(consume(REPORT), E_MAX_NUM_CHILDEN_REACHED);
    int error;
    unsigned mine = start_children(&error);
    CHECK_EQ(error, E_MAX_NUM_CHILDEN_REACHED);
    CHECK(mine > CHILDREN_MAX / 2 && mine < PROCESSES_MAX - 2 - theirs);

    open_gate(theirs + mine + 1);
    for (unsigned i = 0; i < mine + 1; i++) {
        int status = -1;

        CHECK(wait(WAIT_ANY, &status) > 0);
        CHECK_EQ(status, EXIT_SUCCESS);
    }
    check_quota_back(&before);              /* when all of the helper's children are gone */
    CHECK_EQ(run("hello", 64), EXIT_SUCCESS);
    return check_result();
}
