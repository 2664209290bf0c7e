/* Status set on processes that run: they never run twice at once, stop when they are stopped,
 * and go on where they were, with other registers if they were given some. */
#include "abi/error.h"
#include "check.h"
#include "env_calls.h"
#include "stdlib.h"

enum { SHARED = 0xC2000000u, STEPS = 200000 };

struct board {
    volatile uint32_t counter, inside, met, arrived;
};

#define BOARD ((struct board *)SHARED)

static void share_board(int child)
{
    CHECK_EQ(sys_page_map(0, SHARED, child, SHARED, PTE_WRITE), 0);
    CHECK_EQ(sys_env_set_status(child, ENV_RUNNABLE), 0);
}

static int fork_with_board(void)
{
    int child = exofork();

    if (child <= 0)
        return child;
    CHECK_EQ(copy_space(child), 0);
    share_board(child);
    return child;
}

/* Not atomic on purpose: were the child on two CPUs, steps would be lost. */
static void count_up(void)
{
    for (unsigned i = 0; i < STEPS; i++) {
        if (BOARD->inside)
            BOARD->met = 1;
        BOARD->inside = 1;
        BOARD->counter = BOARD->counter + 1;
        BOARD->inside = 0;
        if (i % 8192 == 0)
            yield();
    }
    exit(9);
}

enum how { RESUME_ONLY, STOP_AND_RESUME };

static void check_running(enum how how)
{
    BOARD->counter = 0;
    int child = fork_with_board();
    if (child == 0)
        count_up();
    CHECK(child > 0);
    while (env_of(child)->status != ENV_FREE) {
        if (how == STOP_AND_RESUME)
            CHECK(sys_env_set_status(child, ENV_NOT_RUNNABLE) != E_INVAL_ARG);
        CHECK(sys_env_set_status(child, ENV_RUNNABLE) != E_INVAL_ARG);
        if (how == STOP_AND_RESUME)
            yield();
    }
    CHECK_EQ(wait_status(child), 9);
    CHECK_EQ(BOARD->met, 0);
    CHECK_EQ(BOARD->counter, STEPS);
}

static void spin(void)
{
    for (;;)
        BOARD->counter = BOARD->counter + 1;
}

static void arrive(void)
{
    BOARD->arrived = 1;
    exit(17);
}

/* A frame is taken as soon as the child has stopped: before that, E_BUSY. */
static void check_frame(void)
{
    int child = fork_with_board();

    if (child == 0)
        spin();
    struct trapframe frame = {
        .eip = ADDRESS(arrive), .esp = USTACKTOP - 64,
        .eflags = 0xffffffff & ~0x100u, .cs = 0x08, .ds = 0x10, .es = 0x10, .ss = 0x10,
    };
    while (BOARD->counter == 0)
        yield();
    CHECK_EQ(sys_env_set_trapframe(child, &frame), E_BUSY);
    CHECK_EQ(sys_env_set_status(child, ENV_NOT_RUNNABLE), 0);
    int error;
    while ((error = sys_env_set_trapframe(child, &frame)) == E_BUSY)
        yield();
    CHECK_EQ(error, 0);
    uint32_t count = BOARD->counter;
    sleep_us(5000);
    CHECK_EQ(BOARD->counter, count);    /* stopped is stopped */
    CHECK_EQ(BOARD->arrived, 0);
    CHECK_EQ(env_of(child)->status, ENV_NOT_RUNNABLE);
    CHECK_EQ(sys_env_set_status(child, ENV_RUNNABLE), 0);
    CHECK_EQ(wait_status(child), 17);
    CHECK_EQ(BOARD->arrived, 1);
}

/* A process that stops itself goes on when its parent lets it. */
static void check_self(void)
{
    int child = fork_with_board();

    if (child == 0) {
        BOARD->arrived = 2;
        if (sys_env_set_status(0, ENV_NOT_RUNNABLE))
            exit(1);
        BOARD->arrived = 3;
        exit(18);
    }
    while (BOARD->arrived != 2 || env_of(child)->status != ENV_NOT_RUNNABLE)
        yield();
    sleep_us(3000);
    CHECK_EQ(BOARD->arrived, 2);
    CHECK_EQ(sys_env_set_status(child, ENV_RUNNABLE), 0);
    CHECK_EQ(wait_status(child), 18);
    CHECK_EQ(BOARD->arrived, 3);
}

int main(void)
{
    CHECK_EQ(sys_page_alloc(0, SHARED, PTE_WRITE), 0);
    for (unsigned i = 0; i < 2; i++) {
        check_running(RESUME_ONLY);
        check_running(STOP_AND_RESUME);
        BOARD->counter = BOARD->arrived = 0;
        check_frame();
        check_self();
    }
    CHECK_EQ(sys_page_unmap(0, SHARED), 0);
    return check_result();
}
