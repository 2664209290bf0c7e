/* Producers and consumers on all CPUs around buffers of every kind of capacity: every program
 * ends well, and nothing is left in the buffer. */
#include "check.h"
#include "proc.h"
#include "stdio.h"

#define PAIRS       4
#define ITEMS       500
#define BUFFER      11
#define CHILD_QUOTA 64

static void run_pairs(unsigned capacity)
{
    int pids[2 * PAIRS];

    CHECK_EQ(sys_buffer_configure(BUFFER, capacity), 0);
    for (unsigned i = 0; i < 2 * PAIRS; i++) {
        char command[COMMAND_MAX];

        snprintf(command, sizeof command, "%s %u %u %u quiet", i % 2 ? "ping" : "pong", i / 2,
                 ITEMS, BUFFER);
        pids[i] = spawn_on((i / 2 + i % 2) % cpu_count(), command, CHILD_QUOTA);
        CHECK(pids[i] > 0);
    }
    for (unsigned i = 0; i < 2 * PAIRS; i++)
        CHECK_EQ(wait_status(pids[i]), 0);
}

int main(void)
{
    run_pairs(1);
    run_pairs(3);
    run_pairs(BUFFER_CAPACITY_MAX);
    CHECK_EQ(sys_buffer_configure(BUFFER, 1), 0);      /* E_BUSY if items were left */
    CHECK_EQ(run("ping", CHILD_QUOTA), 0);                  /* as much as pong takes */
    CHECK_EQ(run("pong", CHILD_QUOTA), 0);
    CHECK_EQ(run("ping x", CHILD_QUOTA), 2);
    CHECK_EQ(run("ping 256 1 0", CHILD_QUOTA), 2);
    CHECK_EQ(run("ping 1 1000000 0", CHILD_QUOTA), 2);
    CHECK_EQ(run("ping 1 1 16", CHILD_QUOTA), 1);           /* no such buffer */
    CHECK_EQ(run("pong 1 x 0", CHILD_QUOTA), 2);

    /* A consumer that is given items in the wrong order says so. */
    CHECK_EQ(sys_buffer_configure(BUFFER, 2), 0);
    produce(BUFFER, 1000002);
    produce(BUFFER, 1000001);
    char command[COMMAND_MAX];
    snprintf(command, sizeof command, "pong 1 2 %u", BUFFER);
    CHECK_EQ(run(command, CHILD_QUOTA), 1);
    return check_result();
}
