/* Processes killed across CPUs whatever they are doing: in user mode, in system calls, in
 * waits, in the middle of forks, with children of their own.  Each is gone soon, and leaves
 * nothing. */
#include "abi/error.h"
#include "check.h"
#include "env_calls.h"
#include "stdlib.h"

enum { ROUNDS = 40, EMPTY = 12, AWAY_MAX = 60 };

static uint32_t used_pages(void)
{
    struct quota quota = { 0 };

    CHECK_EQ(sys_quota(&quota), 0);
    return quota.used + quota.delegated;
}

static void spin(void)
{
    for (;;)
        __asm__ volatile("pause");
}

static void call_on(void)
{
    for (;;)
        getpid();
}

static void map_on(void)
{
    for (uint32_t i = 0;; i++)
        if (sys_page_alloc(0, 0xC3000000u + i % 64 * PAGE_SIZE, PTE_WRITE) ||
            sys_page_unmap(0, 0xC3000000u + i % 64 * PAGE_SIZE))
            exit(1);
}

static void wait_for_item(void)
{
    consume(EMPTY);
}

static void wait_long(void)
{
    sleep_us(0x7fffffff);
}

static void wait_stopped(void)
{
    sys_env_set_status(0, ENV_NOT_RUNNABLE);
}

static void fork_on(void)
{
    for (;;) {
        int child = fork();

        if (child == 0)
            exit(0);
        if (child > 0)
            wait_status(child);
    }
}

/* The children are on their own, or were never let go, when their mother is killed.  Not so many
 * that there is no room for other victims, however late the kill comes. */
static void fork_away(void)
{
    for (unsigned i = 0; i < AWAY_MAX; i++) {
        if (fork() == 0)
            exit(0);
        if (exofork() < 0)
            yield();
    }
    wait_long();
}

static void wait_for_child(void)
{
    int child = fork();

    if (child == 0)
        spin();
    wait_status(child);
}

static void (*const deeds[])(void) = {
    spin, call_on, map_on, wait_for_item, wait_long, wait_stopped, fork_on, fork_away,
    wait_for_child,
};

static uint32_t random_state = 12345;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % limit;
}

int main(void)
{
    int victims[ARRAY_SIZE(deeds)];

    int first = fork();                 /* page tables and an exception stack stay */
    if (first == 0)
        exit(3);
    CHECK_EQ(wait_status(first), 3);
    uint32_t before = used_pages();
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < ARRAY_SIZE(deeds); i++) {
            victims[i] = fork();
            if (victims[i] == 0) {
                deeds[i]();
                exit(1);
            }
            CHECK(victims[i] > 0);
        }
        sleep_us(random_below(3000));
        for (size_t i = 0; i < ARRAY_SIZE(deeds); i++)
            CHECK_EQ(sys_env_destroy(victims[i]), 0);
        for (size_t i = 0; i < ARRAY_SIZE(deeds); i++)
            CHECK_EQ(wait_status(victims[i]), STATUS_KILLED);
        end_orphans();
    }
    for (unsigned tries = 0; used_pages() != before && tries < 20000; tries++) {
        end_orphans();
        sleep_us(1000);
    }
    CHECK_EQ(used_pages(), before);
    return check_result();
}
