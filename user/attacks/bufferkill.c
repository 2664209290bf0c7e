/* Attack: producers and consumers are killed while they wait, and one of them after its turn came.
 *
 * Must hold: no item is lost, none comes twice, and a process that waits on gets its turn. */
#include "attack.h"
#include "check.h"
#include "info.h"
#include "proc.h"
#include "stdlib.h"

enum { BUFFER = 5, CAPACITY = 2, KILLED = 4, PAGES = 40, ROUNDS = 4 };

static void one_round(char **argv, unsigned size)
{
    struct buffer_statistics buffer;
    unsigned thrown_away = 0;
    int pids[KILLED];

    CHECK_EQ(sys_buffer_configure(BUFFER, CAPACITY), 0);
    for (unsigned i = 0; i < KILLED; i++)
        pids[i] = attack_start(argv, size, "produce", PAGES);
    for (unsigned i = 0; i < KILLED; i++)
        check_waits(pids[i], "buffer not full");
    for (unsigned i = 0; i < KILLED; i++) {
        uint32_t item = consume(BUFFER);        /* wakes one, which may be the one that is killed */

        CHECK(item >> 16 == 0x1e);
        CHECK_EQ(attack_end(pids[i]), STATUS_KILLED);
    }
    CHECK_EQ(sys_buffer_info(BUFFER, &buffer), 0);
    CHECK(buffer.in == buffer.out + buffer.depth && buffer.producers == 0);
    CHECK_EQ(sys_buffer_empty(BUFFER, &thrown_away), 0);
    CHECK_EQ(thrown_away, buffer.depth);
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);

    if (attack_is(argc, argv, "produce"))
        for (uint32_t n = 0;; n++)
            produce(BUFFER, 0x1e << 16 | n);
    for (unsigned i = 0; i < ROUNDS * size; i++)
        one_round(argv, size);
    CHECK_EQ(sys_buffer_configure(BUFFER, 16), 0);
    return check_result();
}
