/* A thousand forked processes alive at once, or another number (`thousand 4096`); more than there
 * may be (`thousand slots`; both take 512 MB); fork bombs and chains, which end in an error; and
 * after them everything is as before. */
#include "abi/error.h"
#include "check.h"
#include "env_calls.h"
#include "info.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

enum { CROWD = 1000, CHILDREN_MAX = 4096, GATE = 11, BOMB_QUOTA = 400 };

static uint32_t used_pages(void)
{
    struct quota quota = { 0 };

    CHECK_EQ(sys_quota(&quota), 0);
    return quota.used + quota.delegated;
}

static uint32_t free_pages(void)
{
    struct memory_info memory = { 0 };

    CHECK_EQ(sys_memory_info(&memory), 0);
    return memory_left(&memory);
}

/* Each is let go when all are there. */
static void check_crowd(unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        int child = fork();

        if (child == 0) {
            uint32_t item = consume(GATE);
            exit((int)(item % 7));
        }
        if (child < 0) {
            check_fail(__FILE__, __LINE__, "fork %u: error %d", i, -child);
            exit(EXIT_FAILURE);
        }
    }
    for (unsigned i = 0; i < size; i++)
        produce(GATE, i);

    unsigned sum = 0, wanted = 0;
    for (unsigned i = 0; i < size; i++) {
        int status = -1;

        CHECK(wait(WAIT_ANY, &status) > 0);
        sum += (unsigned)status;
        wanted += i % 7;
    }
    CHECK_EQ(sum, wanted);
}

/* Forks children, which wait at a gate, until an error, which it returns. */
static int fork_until_error(unsigned gate, unsigned *count)
{
    for (*count = 0;; ++*count) {
        int child = fork();

        if (child == 0) {
            (void)consume(gate);
            exit(EXIT_SUCCESS);
        }
        if (child < 0)
            return -child;
    }
}

static void end_all(unsigned gate, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        produce(gate, i);
    for (unsigned i = 0; i < count; i++) {
        int status = -1;

        CHECK(wait(WAIT_ANY, &status) > 0);
        CHECK_EQ(status, EXIT_SUCCESS);
    }
}

/* A child has as many children as one may have; then there are fewer slots left than that, and
 * some stay free for others. */
static int run_out_of_slots(void)
{
    enum { FULL = GATE + 1, OVER = GATE + 2, OTHER_GATE = GATE + 3 };
    unsigned count;
    int child = fork();

    if (child == 0) {
        CHECK_EQ(fork_until_error(OTHER_GATE, &count), E_MAX_NUM_CHILDEN_REACHED);
        produce(FULL, count);
        (void)consume(OVER);
        end_all(OTHER_GATE, count);
        exit(check_result());
    }
    CHECK_EQ(consume(FULL), CHILDREN_MAX);
    CHECK_EQ(fork_until_error(GATE, &count), E_MAX_NUM_CHILDEN_REACHED);
    CHECK(count > CHILDREN_MAX / 2 && count + CHILDREN_MAX < NUM_PROCESSES - 3);
    end_all(GATE, count);
    produce(OVER, 0);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
    return check_result();
}

/* Each forks until it cannot, and so do its children; none of them ends before the first one. */
static int bomb(void)
{
    int first = getpid();

    for (;;) {
        int child = plain_fork();

        if (child >= 0)
            continue;
        if (getpid() != first)
            sleep_us(0x7fffffff);
        return child == -E_EXCEEDS_QUOTA ? 0 : 1;
    }
}

/* Each forks a child and waits for it: a chain as long as the quota lets it grow. */
static int chain(void)
{
    int child = plain_fork();

    if (child == 0)
        return chain();
    return child > 0 ? wait_status(child) : child == -E_EXCEEDS_QUOTA ? 0 : 1;
}

static void check_usage(uint32_t before)
{
    for (unsigned tries = 0; used_pages() != before && tries < 20000; tries++) {
        end_orphans();
        sleep_us(1000);
    }
    CHECK_EQ(used_pages(), before);
}

/* What forks leave for the next one: page tables and an exception stack. */
static void warm_up(void)
{
    int child = fork();

    if (child == 0)
        exit(3);
    CHECK_EQ(wait_status(child), 3);
    CHECK_EQ(prepare_window(), 0);
}

/* Returns as soon as each page is back. */
static uint32_t check_alone(unsigned size)
{
    warm_up();
    uint32_t before = used_pages(), free = free_pages();
    check_crowd(size);
    CHECK_EQ(used_pages(), before);
    CHECK_EQ(free_pages(), free);
    return before;
}

int main(int argc, char **argv)
{
    if (argc > 1 && atoi(argv[1]) > 0) {
        check_alone((unsigned)atoi(argv[1]));
        return check_result();
    }
    if (argc > 1 && strcmp(argv[1], "slots") == 0)
        return run_out_of_slots();
    if (argc > 1)
        return strcmp(argv[1], "bomb") == 0 ? bomb() : chain();
    uint32_t before = check_alone(CROWD);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(run("thousand bomb", BOMB_QUOTA), 0);
        check_usage(before);
        CHECK_EQ(run("thousand chain", BOMB_QUOTA), 0);
    }
    return check_result();
}
