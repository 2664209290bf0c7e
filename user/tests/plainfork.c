/* Forks by copying, on the exokernel calls alone: the child has all that its parent had, and
 * neither sees what the other does then. */
#include "abi/error.h"
#include "check.h"
#include "env_calls.h"
#include "stdlib.h"

static volatile uint32_t shared = 1;

static void check_copy(void)
{
    volatile uint32_t on_stack = 5;
    volatile int parent = getpid();
    int child = plain_fork();

    if (child == 0) {
        if (shared != 1 || on_stack != 5 || getppid() != parent || getpid() == parent)
            exit(1);
        if (env_of(getpid())->id != getpid() || env_of(getpid())->status != ENV_RUNNING)
            exit(2);
        shared = 2;
        on_stack = 6;
        exit(33);
    }
    CHECK(child > 0);
    CHECK_EQ(wait_status(child), 33);
    CHECK_EQ(shared, 1);
    CHECK_EQ(on_stack, 5);
}

/* The child of a program that has used the FPU goes on with its registers, as its parent does.
 */
static void check_fpu(void)
{
    int number = 12345, left = 0;

    __asm__ volatile("fninit; fildl %0" : : "m"(number));
    int child = exofork();
    if (child == 0) {
        __asm__ volatile("fistpl %0" : "=m"(left));
        exit(left == number ? 44 : 1);
    }
    CHECK(child > 0);
    CHECK_EQ(copy_space(child), 0);
    CHECK_EQ(sys_env_set_status(child, ENV_RUNNABLE), 0);
    __asm__ volatile("fistpl %0" : "=m"(left));
    CHECK_EQ(left, number);
    CHECK_EQ(wait_status(child), 44);
}

/* A tree of 2^depth leaves, all in one quota; its status is the number of its leaves. */
static int grow(unsigned depth)
{
    int leaves = 0;

    if (depth == 0)
        return 1;
    for (unsigned i = 0; i < 2; i++) {
        int child = plain_fork();

        if (child == 0)
            exit(grow(depth - 1));
        CHECK(child > 0);
        leaves += wait_status(child);
    }
    return leaves;
}

/* Children with children that no parent waits for: orphans share the quota until they end. */
static void check_orphans(void)
{
    for (unsigned round = 0; round < 5; round++) {
        int child = plain_fork();

        if (child == 0) {
            int grandchild = plain_fork();
            if (grandchild == 0)
                sleep_us(2000);
            exit(grandchild >= 0 ? 0 : 1);
        }
        CHECK(child > 0);
        CHECK_EQ(wait_status(child), 0);
    }
}

/* No process could let a child go whose parent has exited before: it ends, too. */
static void check_unborn(void)
{
    int child = plain_fork();

    if (child == 0) {
        for (unsigned i = 0; i < 3; i++)
            if (exofork() < 0)
                exit(1);
        exit(55);
    }
    CHECK(child > 0);
    CHECK_EQ(wait_status(child), 55);
}

int main(void)
{
    struct quota warm = { 0 }, after = { 0 };

    check_copy();
    check_fpu();
    CHECK_EQ(sys_quota(&warm), 0);
    for (unsigned i = 0; i < 20; i++)
        check_copy();
    CHECK_EQ(grow(4), 16);
    CHECK_EQ(sys_quota(&after), 0);
    CHECK_EQ(after.used, warm.used);
    check_orphans();
    check_quota_back(&warm);
    check_unborn();
    check_quota_back(&warm);
    return check_result();
}
