/* What the programs of user/attacks/ share. */
#include "attack.h"

#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

#define STACKS_LO   0x70000000u         /* nothing else lies there */

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
    return quota.limit - quota.used - quota.delegated;
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
