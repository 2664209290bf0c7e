/* Attack: a process takes items out of buffers that others keep for themselves, empties and resizes
 * them, fills them; and keeps as many as it can.
 *
 * Must hold: E_BUFFER_KEPT for all that, four are the most, and they come back with the keeper's
 * end, empty, even if it is killed while it waits there. */
#include "attack.h"
#include "check.h"
#include "env.h"
#include "info.h"
#include "proc.h"
#include "stdlib.h"

enum { KEPT = FIRST_KEEPABLE_BUFFER, PAGES = 60, ROUNDS = 3 };

static int steal(void)
{
    uint32_t item;
    unsigned count;

    for (unsigned i = KEPT; i < KEPT + KEPT_BUFFERS_MAX; i++) {
        CHECK_EQ(sys_consume(i, &item), E_BUFFER_KEPT);
        CHECK_EQ(sys_produce(i, 1), E_BUFFER_KEPT);
        CHECK_EQ(sys_buffer_empty(i, &count), E_BUFFER_KEPT);
        CHECK_EQ(sys_buffer_configure(i, 4), E_BUFFER_KEPT);
        CHECK_EQ(sys_buffer_keep(i), E_BUSY);
    }
    CHECK_EQ(sys_buffer_keep(0), E_INVAL_ARG);
    return check_result();
}

static int keep(void)
{
    for (unsigned i = 0; i < KEPT_BUFFERS_MAX; i++)
        CHECK_EQ(sys_buffer_keep(KEPT + i), 0);
    CHECK_EQ(sys_buffer_keep(KEPT), 0);
    CHECK_EQ(sys_buffer_keep(KEPT + KEPT_BUFFERS_MAX), E_EXCEEDS_QUOTA);
    CHECK_EQ(sys_produce(KEPT, 42), 0);
    int child = fork();
    if (child == 0)                             /* a child keeps what its parent keeps */
        exit(consume(KEPT) == 42 ? EXIT_SUCCESS : EXIT_FAILURE);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
    CHECK_EQ(sys_produce(KEPT + 1, 43), 0);
    if (check_result() == EXIT_SUCCESS)
        consume(KEPT);                          /* for ever */
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    struct buffer_statistics buffer;

    if (attack_is(argc, argv, "keep"))
        return keep();
    if (attack_is(argc, argv, "steal"))
        return steal();
    for (unsigned i = 0; i < ROUNDS * size; i++) {
        int keeper = attack_start(argv, size, "keep", PAGES);

        check_waits(keeper, "buffer not empty");
        CHECK_EQ(wait_status(attack_start(argv, size, "steal", PAGES)), EXIT_SUCCESS);
        CHECK_EQ(attack_end(keeper), STATUS_KILLED);
        CHECK_EQ(sys_buffer_info(KEPT + 1, &buffer), 0);
        CHECK(buffer.keepers == 0 && buffer.depth == 0);
    }
    return check_result();
}
