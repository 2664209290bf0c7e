/* What the programs of user/attacks/ share. */
#include "attack.h"

#include "check.h"
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define STACKS_LO   0x70000000u         /* nothing else lies there */

enum { LEFT = 100 };                    /* pages that attack_afford() leaves over */

unsigned attack_size(int argc, char **argv)
{
    unsigned size = 1;

    if (argc > 1 && (!parse_unsigned(argv[1], &size) || size == 0)) {
        printf("%s: %s is no size\n", argv[0], argv[1]);
        exit(EXIT_FAILURE);
    }
    return size;
}

bool attack_is(int argc, char **argv, const char *role)
{
    return argc > 2 && strcmp(argv[2], role) == 0;
}

int attack_start(char **argv, unsigned size, const char *role, unsigned quota)
{
    char command[COMMAND_MAX];

    snprintf(command, sizeof command, "%s %u %s", argv[0], size, role);
    return spawn(command, quota);
}

unsigned attack_pages(void)
{
    struct quota quota = { 0 };

    sys_quota(&quota);
    return quota_left(&quota);
}

unsigned attack_afford(unsigned wanted, unsigned pages_each)
{
    unsigned pages = attack_pages();

    return MIN(wanted, (MAX(pages, (unsigned)LEFT) - LEFT) / pages_each);
}

void attack_report(void)
{
    ipc_send(getppid(), 0, NULL, 0);
}

void attack_await(int pid)
{
    struct message message;

    CHECK_EQ(sys_ipc_recv(NO_PAGE, pid, &message), 0);
}

uint64_t attack_longest_sleep(unsigned times, unsigned microseconds)
{
    uint64_t longest = 0;

    for (unsigned i = 0; i < times; i++) {
        uint64_t start = time_us();
        sleep_us(microseconds);
        uint64_t slept = time_us() - start;
        CHECK(slept >= microseconds);
        longest = slept > longest ? slept : longest;
    }
    return longest;
}

int attack_end(int pid)
{
    sys_kill(pid);
    return wait_status(pid);
}

uint32_t attack_delegated(void)
{
    struct quota quota = { 0 };

    CHECK_EQ(sys_quota(&quota), 0);
    return quota.delegated;
}

static bool descends_from(int pid, int ancestor)
{
    while (pid > 0 && pid != ancestor)
        pid = envs[ENV_INDEX(pid)].parent_id;
    return pid == ancestor;
}

static void kill_descendants(void)
{
    int self = getpid();

    for (unsigned slot = 1; slot < NUM_PROCESSES; slot++)
        if (envs[slot].status != ENV_FREE && descends_from(envs[slot].parent_id, self))
            (void)!sys_kill(envs[slot].id);
}

/* Not only children: those behind them would fork as fast as these are killed.  And not only once:
 * some may be born meanwhile. */
void attack_end_family(uint32_t delegated)
{
    while (attack_delegated() != delegated) {
        kill_descendants();
        yield();
    }
}

NORETURN __attribute__((regparm(1))) static void wait_for_ever(void *word)
{
    for (;;)
        sys_futex_wait(word, 0, 0);
}

unsigned attack_threads(unsigned most)
{
    static const uint32_t zero;
    unsigned count = 0, number;

    for (; count < most; count++) {
        uintptr_t stack = STACKS_LO + count * PAGE_SIZE;
        const struct thread_entry entry = {
            .function = wait_for_ever, .argument = (void *)(uintptr_t)&zero,
            .stack = (void *)(stack + PAGE_SIZE),
        };
        if (sys_page_alloc(0, stack, PTE_P | PTE_U | PTE_W) ||
            sys_thread_create(&entry, &number))
            break;
    }
    return count;
}
