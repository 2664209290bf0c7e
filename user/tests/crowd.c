/* As many processes as there can be: a process may have 4096 children and the machine 8191
 * processes, of which some stay free for programs that have few.  Then spawn says so, and when all
 * have ended everything is as before.  With too little memory for that, some hundred of them. */
#include "abi/error.h"
#include "check.h"
#include "error.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define CHILDREN_MAX    4096u
#define PROCESSES_MAX   8191u
#define CHILDREN_FEW    400u
#define CHILD_QUOTA     12
#define GATE            10              /* buffer: an item lets one process end */
#define REPORT          9               /* buffer: how the helper fared */

/* Starts children until that fails, or there are so many; returns their number. */
static unsigned start_children(unsigned most, int *error)
{
    unsigned count = 0;
    int pid = 0;

    while (count < most && (pid = spawn("crowd child", CHILD_QUOTA)) > 0)
        count++;
    *error = pid < 0 ? -pid : 0;
    return count;
}

static int helper(unsigned most)
{
    int error;
    unsigned count = start_children(most, &error);

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

/* These return how many children the caller has.  All have been let go. */
static unsigned start_few(void)
{
    int error;

    CHECK(spawn("crowd few", (CHILDREN_FEW + 1) * CHILD_QUOTA + 64) > 0);
    CHECK_EQ(consume(REPORT), CHILDREN_FEW);
    CHECK_EQ(consume(REPORT), 0);
    CHECK_EQ(start_children(CHILDREN_FEW, &error), CHILDREN_FEW);
    open_gate(2 * CHILDREN_FEW + 1);
    return CHILDREN_FEW + 1;
}

static unsigned start_all(unsigned needed)
{
    int error;

    CHECK(spawn("crowd helper", needed) > 0);
    CHECK_EQ(consume(REPORT), CHILDREN_MAX);
    CHECK_EQ(consume(REPORT), E_MAX_NUM_CHILDEN_REACHED);
    unsigned mine = start_children(PROCESSES_MAX, &error);
    CHECK_EQ(error, E_MAX_NUM_CHILDEN_REACHED);
    CHECK(mine > CHILDREN_MAX / 2 && mine < PROCESSES_MAX - 2 - CHILDREN_MAX);
    open_gate(CHILDREN_MAX + mine + 1);
    return mine + 1;
}

int main(int argc, char **argv)
{
    struct quota before = { 0 };

    if (argc > 1) {
        if (strcmp(argv[1], "helper") == 0)
            return helper(PROCESSES_MAX);
        if (strcmp(argv[1], "few") == 0)
            return helper(CHILDREN_FEW);
        consume(GATE);
        return EXIT_SUCCESS;
    }
    CHECK_EQ(sys_quota(&before), 0);
    start_too_small();
    unsigned needed = (CHILDREN_MAX + 1) * CHILD_QUOTA + 64;
    unsigned count = before.limit < 2 * needed ? start_few() : start_all(needed);
    for (unsigned i = 0; i < count; i++) {
        int status = -1;

        CHECK(wait(WAIT_ANY, &status) > 0);
        CHECK_EQ(status, EXIT_SUCCESS);
    }
    check_quota_back(&before);              /* when all of the helper's children are gone */
    CHECK_EQ(run("hello", 64), EXIT_SUCCESS);
    return check_result();
}
