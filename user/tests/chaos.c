/* Random system calls with random arguments from eight processes at once, in rounds; whatever they
 * do to themselves, the kernel stays sound (debug builds audit it afterwards). */
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"
#include "string.h"

enum { PROCESSES = 8, ROUNDS = 12, CALLS = 400, QUOTA = 120, ROUND_US = 20000 };

static uint32_t state;

static uint32_t random_below(uint32_t limit)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % limit;
}

/* Half of them are such as a call may take. */
static uint32_t random_argument(void)
{
    static const uint32_t edges[] = {
        0, 1, 2, 4, 5, 7, 0x405, 0x807, 15, 64, 0x1000, VM_USERLO, UTOP, UXSTACKTOP - PAGE_SIZE,
        UINFO, UVPT, 0x7fffffff, 0x80000000, 0xffffffff, KERNEL_LIMIT, DEVICE_LO,
    };

    switch (random_below(8)) {
    case 0:
        return state;
    case 1:
    case 2:
        return edges[random_below(ARRAY_SIZE(edges))];
    case 3:
        return (uint32_t)getpid();
    case 4:
        return envs[random_below(64)].id;
    case 5:
        return (uint32_t)(uintptr_t)&state + random_below(64);
    default:
        return 0xC5000000u + random_below(16) * PAGE_SIZE;
    }
}

/* Text would only fill the console, and an exit is no news. */
static bool is_wanted(uint32_t number)
{
    return number != SYS_puts && number != SYS_exit && number != SYS_thread_exit;
}

static int child(uint32_t seed)
{
    state = seed;
    for (unsigned i = 0; i < CALLS; i++) {
        uint32_t number = random_below(NUM_SYSCALLS + 2);
        struct syscall_values values = { random_argument(), random_argument(),
                                         random_argument(), random_argument(),
                                         random_argument() };
        if (is_wanted(number))
            system_call_5(number, &values);
    }
    return EXIT_SUCCESS;
}

static void end_orphans(void)
{
    for (int slot = 1; slot < NUM_PROCESSES; slot++)
        if (envs[slot].status != ENV_FREE && envs[slot].parent_id == getpid())
            sys_env_destroy(envs[slot].id);
}

static void round_of(uint32_t seed)
{
    int pids[PROCESSES];

    for (unsigned i = 0; i < PROCESSES; i++) {
        char command[] = "chaos 00";

        command[6] = (char)('a' + seed % 26);
        command[7] = (char)('a' + i);
        pids[i] = spawn(command, QUOTA);
        CHECK(pids[i] > 0);
    }
    sleep_us(ROUND_US);
    for (unsigned i = 0; i < PROCESSES; i++)
        sys_kill(pids[i]);              /* it may wait for something that never comes */
    for (unsigned i = 0; i < PROCESSES; i++)
        CHECK(wait_status(pids[i]) >= 0);
    end_orphans();
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return child((uint32_t)argv[1][0] * 8191 + (uint32_t)argv[1][1]);
    for (uint32_t round = 0; round < ROUNDS; round++)
        round_of(round);
    end_orphans();
    return check_result();
}
