/* The sieve as a chain of processes: each takes the first number that comes for a prime, forks a
 * neighbour, and passes on what its prime does not divide.  When the source is killed, each
 * notices that its neighbour on the left is gone, and ends, too. */
#include "check.h"
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdlib.h"

enum { LARGEST = 281 };                 /* that is asked for: the 60th */

NORETURN static void sieve(int root, int left);

/* The neighbour on the right, who has this process on its left. */
static int start_neighbour(int root)
{
    int self = getpid();
    int right = fork();

    if (right == 0)
        sieve(root, self);
    CHECK(right > 0);
    return right;
}

/* One of the chain, until its left neighbour has ended.  The last one takes what comes. */
static void sieve(int root, int left)
{
    uint32_t prime = 0, number = 0;
    int right = 0;

    CHECK_EQ(ipc_recv_from(left, &prime), 0);
    if (prime <= LARGEST) {
        ipc_send(root, prime, NULL, 0);
        right = start_neighbour(root);
    }
    while (ipc_recv_from(left, &number) == 0)
        if (right > 0 && number % prime != 0)
            ipc_send(right, number, NULL, 0);
    exit(check_result());
}

NORETURN static void count(int right)
{
    for (uint32_t number = 2; ; number++)
        ipc_send(right, number, NULL, 0);
}

/* The chain's first process is the source's child. */
static int start_source(int root)
{
    int source = fork();

    CHECK(source >= 0);
    if (source == 0)
        count(start_neighbour(root));
    return source;
}

static bool is_prime(uint32_t number)
{
    for (uint32_t divisor = 2; divisor * divisor <= number; divisor++)
        if (number % divisor == 0)
            return false;
    return true;
}

static void check_primes(void)
{
    for (uint32_t number = 2; number <= LARGEST; number++)
        if (is_prime(number))
            CHECK_EQ(ipc_recv(NULL, NULL, NULL), number);
}

/* The first fork makes an exception stack, which stays. */
static void warm_up(void)
{
    int child = fork();

    if (child == 0)
        exit(EXIT_SUCCESS);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
}

int main(void)
{
    struct quota before = { 0 };

    warm_up();
    CHECK_EQ(sys_quota(&before), 0);
    int source = start_source(getpid());
    check_primes();
    CHECK_EQ(sys_kill(source), 0);
    CHECK_EQ(wait_status(source), STATUS_KILLED);
    check_quota_back(&before);              /* when all have noticed */
    return check_result();
}
