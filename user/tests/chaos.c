/* System calls, in an order and with arguments that chance makes up, from eight processes at once;
 * whatever they do to themselves and to each other, the kernel stays sound (debug builds audit it
 * afterwards).  `chaos [SEED [CALLS]]`.  Under -icount a seed is one run (scripts/siege has some).
 *
 * Half of the calls follow a plan, so that what one of them made is there for the next; of the
 * arguments most are such as the call may take.  So the calls must be made often, and each that can
 * succeed does some time.  A player who waits for something that never comes is replaced. */
#include "abi/trapframe.h"
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

enum { PLAYERS = 8, THREADS = 4, QUOTA = 160, CALLS = 20000, LOOK_US = 1000, PATIENCE = 2 };
enum { ENOUGH_FOR_SUCCESS = 400000 };   /* calls, in which the rarest succeeds a hundred times */

/* A page that a player shares with the judge. */
struct report {
    uint32_t seed;
    uint32_t calls;                     /* [a] */
    uint32_t tried[NUM_SYSCALLS], succeeded[NUM_SYSCALLS];
};

#define REPORTS 0xC4000000u             /* those of all players, in the judge's space */
#define REPORT  0xC4100000u             /* its own, in a player's */
#define PAGES   0xC5000000u             /* that the calls are about */
enum { NUM_PAGES = 6, STACKS = 4, STACK_SIZE = 4096, NUM_NEAR = 32 };

/* --- chance ------------------------------------------------------------------------------- */

static uint32_t state;

static uint32_t random_below(uint32_t limit)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % limit;
}

static bool one_in(uint32_t count)
{
    return random_below(count) == 0;
}

/* --- arguments ---------------------------------------------------------------------------- */

/* One letter an argument: */
#define PID         "p"
#define ENV         "e"                 /* mostly the one made last */
#define PAGE        "a"
#define PAGE_SENT   "o"                 /* or none */
#define PERMISSIONS "r"
#define MEMORY      "m"                 /* of the program, where what is told has room */
#define NOWHERE     "x"                 /* no address: a text would only fill the console */
#define TEXT        "t"
#define COMMAND     "c"
#define WORD        "w"
#define BUFFER      "b"
#define NUMBER      "n"                 /* a small one */
#define ANY         "v"
#define FUNCTION    "f"
#define STACK       "s"
#define CPU         "u"
#define STATUS      "z"

static const char *const arguments[NUM_SYSCALLS] = {
    [SYS_puts] = NOWHERE NUMBER,
    [SYS_spawn] = COMMAND NUMBER CPU,
    [SYS_produce] = BUFFER ANY,
    [SYS_consume] = BUFFER,
    [SYS_wait] = PID,
    [SYS_kill] = PID,
    [SYS_sbrk] = PAGE,
    [SYS_sleep] = NUMBER,
    [SYS_buffer_configure] = BUFFER NUMBER,
    [SYS_thread_create] = FUNCTION ANY STACK MEMORY NUMBER,
    [SYS_futex_wait] = WORD NUMBER NUMBER,
    [SYS_futex_wake] = WORD NUMBER,
    [SYS_set_affinity] = PID NUMBER NUMBER,
    [SYS_get_affinity] = PID,
    [SYS_process_info] = NUMBER MEMORY,
    [SYS_cpu_info] = CPU MEMORY,
    [SYS_memory_info] = MEMORY,
    [SYS_archive_read] = TEXT NUMBER MEMORY NUMBER,
    [SYS_archive_info] = NUMBER MEMORY,
    [SYS_foreground] = PID,
    [SYS_buffer_info] = BUFFER MEMORY,
    [SYS_buffer_empty] = BUFFER,
    [SYS_buffer_keep] = BUFFER,
    [SYS_env_set_status] = ENV STATUS,
    [SYS_env_set_trapframe] = ENV MEMORY,
    [SYS_env_set_pgfault_upcall] = ENV FUNCTION,
    [SYS_page_alloc] = ENV PAGE PERMISSIONS,
    [SYS_page_map] = ENV PAGE ENV PAGE PERMISSIONS,
    [SYS_page_unmap] = ENV PAGE,
    [SYS_ipc_try_send] = PID ANY PAGE_SENT PERMISSIONS,
    [SYS_ipc_recv] = PAGE_SENT PID,
    [SYS_ipc_send] = PID ANY PAGE_SENT PERMISSIONS,
    [SYS_ipc_call] = PID ANY,
    [SYS_ipc_reply_wait] = PID ANY,
    [SYS_env_destroy] = ENV,
    [SYS_page_copy] = ENV PAGE PERMISSIONS,
    [SYS_pages_give] = ENV PAGE PAGE,
    [SYS_lock_info] = NUMBER MEMORY,
    [SYS_trace_mark] = TEXT,
};

static union {
    struct trapframe frame;
    char bytes[1024];
} memory;
static uint32_t word;
static char stacks[STACKS][STACK_SIZE];
static int made;                        /* the process made last; 0: none */

static void play(unsigned calls);

__attribute__((regparm(1))) static void other_thread(void *argument)
{
    play((uint32_t)(uintptr_t)argument % 16);
    sys_thread_exit();
}

static uint32_t wild(void)
{
    static const uint32_t edges[] = {
        0, 1, 2, 4, 5, 7, 0x405, 0x807, 15, 64, 0x1000, VM_USERLO, UTOP, UXSTACKTOP - PAGE_SIZE,
        UINFO, UVPT, 0x7fffffff, 0x80000000, 0xffffffff, KERNEL_LIMIT, DEVICE_LO,
    };

    return one_in(3) ? state : edges[random_below(ARRAY_SIZE(edges))];
}

/* One that waits for a message, if there is one near the slot. */
static uint32_t receiver_near(uint32_t slot)
{
    for (uint32_t i = 0; i < NUM_NEAR; i++)
        if (envs[(slot + i) % NUM_NEAR].ipc_recving)
            return (uint32_t)envs[(slot + i) % NUM_NEAR].id;
    return (uint32_t)envs[slot].id;
}

/* The judge's other players among them. */
static uint32_t some_pid(void)
{
    switch (random_below(5)) {
    case 0:
        return (uint32_t)getpid();
    case 1:
        return 0;
    case 2:
        return (uint32_t)made;
    case 3:
        return (uint32_t)envs[random_below(NUM_NEAR)].id;
    default:
        return receiver_near(random_below(NUM_NEAR));
    }
}

static uint32_t some_address(const char *kind)
{
    static char texts[][16] = { "chaos child", "chaos nothing", "README", "", "no such", "TESTS" };

    switch (*kind) {
    case 'a':
        return one_in(16) ? 4u * random_below(256) : PAGES + random_below(NUM_PAGES) * PAGE_SIZE;
    case 'o':
        return one_in(2) ? UTOP : PAGES + random_below(NUM_PAGES) * PAGE_SIZE;
    case 'm':
        return (uint32_t)(uintptr_t)&memory;
    case 'x':
        return VM_USERHI + random_below(64) * PAGE_SIZE;
    case 't':
        return (uint32_t)(uintptr_t)texts[random_below(ARRAY_SIZE(texts))];
    case 'c':
        return (uint32_t)(uintptr_t)texts[random_below(2)];
    case 'w':
        return one_in(4) ? PAGES + 4 * random_below(32) : (uint32_t)(uintptr_t)&word;
    case 'f':
        return one_in(4) ? 0 : (uint32_t)(uintptr_t)other_thread;
    default:
        return (uint32_t)(uintptr_t)stacks[random_below(STACKS)] + STACK_SIZE;
    }
}

static uint32_t argument(const char *kind)
{
    if (one_in(12))
        return wild();
    switch (*kind) {
    case 'p':
        return some_pid();
    case 'e':
        return one_in(2) ? 0 : (uint32_t)made;
    case 'r':
        return PTE_P | PTE_U | (random_below(8) & 1) * PTE_W | random_below(4) * PTE_SHARE;
    case 'b':
        return random_below(NUM_BUFFERS);
    case 'n':
        return random_below(one_in(4) ? 64 : 4);
    case 'u':
        return one_in(2) ? CPU_ANY : random_below(8);
    case 'v':
        return state;
    case 'z':
        return ENV_RUNNABLE + 2 * random_below(2);
    default:
        return some_address(kind);
    }
}

/* --- a player ----------------------------------------------------------------------------- */

/* What often follows each other; a 0, which is puts, closes each. */
enum { PLAN_MAX = 12 };
static const unsigned char plans[][PLAN_MAX] = {
    { SYS_exofork, SYS_page_alloc, SYS_page_map, SYS_pages_give, SYS_env_set_trapframe,
      SYS_env_set_status, SYS_page_unmap, SYS_env_set_pgfault_upcall, SYS_env_destroy },
    { SYS_page_alloc, SYS_page_copy, SYS_page_map, SYS_page_unmap, SYS_page_alloc },
    { SYS_buffer_keep, SYS_buffer_configure, SYS_produce, SYS_buffer_info, SYS_consume,
      SYS_buffer_empty },
    { SYS_thread_create, SYS_futex_wait, SYS_thread_create, SYS_futex_wake, SYS_yield },
    { SYS_spawn, SYS_set_affinity, SYS_get_affinity, SYS_foreground, SYS_kill, SYS_wait },
    { SYS_page_alloc, SYS_ipc_try_send, SYS_ipc_call },
    { SYS_ipc_recv, SYS_ipc_reply_wait, SYS_ipc_reply_wait, SYS_ipc_recv },
    { SYS_page_alloc, SYS_ipc_send, SYS_ipc_send },
};

static uint32_t next_call(void)
{
    static unsigned plan, step = PLAN_MAX - 1;

    if (one_in(2))
        return random_below(NUM_SYSCALLS + 2);
    if (plans[plan][step] == 0) {
        plan = random_below(ARRAY_SIZE(plans));
        step = 0;
    }
    return plans[plan][step++];
}

/* The end of a player is no news; nor that nothing is typed. */
static bool is_wanted(uint32_t number)
{
    bool ends = number == SYS_exit || number == SYS_thread_exit || number == SYS_getc;

    return !ends || one_in(64);
}

static void call(uint32_t number)
{
    struct report *report = (struct report *)REPORT;
    uint32_t given[5] = { 0 };
    const char *kinds = number < NUM_SYSCALLS && arguments[number] ? arguments[number] : "";

    for (size_t i = 0; kinds[i]; i++)
        given[i] = argument(&kinds[i]);
    if (number < NUM_SYSCALLS)
        report->tried[number]++;
    __atomic_fetch_add(&report->calls, 1, __ATOMIC_RELAXED);

    struct syscall_values values = { given[0], given[1], given[2], given[3], given[4] };

    if (system_call_5(number, &values) != 0 || number >= NUM_SYSCALLS)
        return;
    report->succeeded[number]++;
    if (number == SYS_exofork || number == SYS_spawn)
        made = (int)values.b;
}

static void play(unsigned calls)
{
    for (unsigned i = 0; i < calls; i++) {
        uint32_t number = next_call();

        if (is_wanted(number))
            call(number);
    }
}

__attribute__((regparm(1))) static void player_thread(void *unused)
{
    (void)unused;
    play(UINT32_MAX);
    sys_thread_exit();
}

/* Several threads play, as most of them wait sooner or later. */
static void start_threads(void)
{
    static char own_stacks[THREADS - 1][STACK_SIZE];

    for (unsigned i = 0; i < THREADS - 1; i++) {
        struct thread_entry entry = { .function = player_thread,
                                      .stack = own_stacks[i] + STACK_SIZE };
        unsigned number;

        (void)!sys_thread_create(&entry, &number);      /* fewer will do */
    }
}

/* The judge maps the report.  Who was started by a player gets none, and ends. */
static int child(void)
{
    for (unsigned i = 0; i < 100 && !(page_entry(REPORT) & PTE_P); i++)
        sleep_us(100);
    state = ((struct report *)REPORT)->seed;
    start_threads();
    play(UINT32_MAX);
    return EXIT_SUCCESS;
}

/* --- the judge ---------------------------------------------------------------------------- */

struct player {
    int pid;
    uint32_t calls;                     /* when it was last looked at */
    unsigned idle;                      /* how many looks ago it made the last one */
};

static struct report *report_of(unsigned player)
{
    return (struct report *)(REPORTS + player * PAGE_SIZE);
}

static void start(struct player *player, unsigned number, uint32_t seed)
{
    report_of(number)->seed = seed;
    player->idle = 0;
    player->pid = spawn("chaos child", QUOTA);
    CHECK(player->pid > 0);
    /* In vain if another player has ended it already. */
    (void)!sys_page_map(0, (uintptr_t)report_of(number), player->pid, REPORT,
                        PTE_P | PTE_U | PTE_W);
}

static bool is_player(const struct player *players, int pid)
{
    for (unsigned i = 0; i < PLAYERS; i++)
        if (players[i].pid == pid)
            return true;
    return false;
}

/* What a player has made is the judge's when the player has ended. */
static void end_orphans(const struct player *players)
{
    int judge = getpid();

    for (int slot = 1; slot < NUM_PROCESSES; slot++)
        if (envs[slot].parent_id == judge && envs[slot].status != ENV_FREE &&
            !is_player(players, envs[slot].id))
            sys_env_destroy(envs[slot].id);
}

static void end(struct player *player)
{
    sys_kill(player->pid);              /* it may have ended already */
    CHECK(wait_status(player->pid) >= 0);
    player->pid = 0;
}

static void look(struct player *player, unsigned number, const struct player *players)
{
    uint32_t calls = __atomic_load_n(&report_of(number)->calls, __ATOMIC_RELAXED);

    player->idle = calls == player->calls ? player->idle + 1 : 0;
    player->calls = calls;
    if (player->idle < PATIENCE)
        return;
    end(player);
    end_orphans(players);
    start(player, number, state + random_below(UINT32_MAX) * PLAYERS);
}

static uint32_t calls_made(const struct player *players)
{
    uint32_t sum = 0;

    for (unsigned i = 0; i < PLAYERS; i++)
        sum += players[i].calls;
    return sum;
}

static void judge(uint32_t calls)
{
    struct player players[PLAYERS] = { 0 };

    for (unsigned i = 0; i < PLAYERS; i++) {
        CHECK_EQ(sys_page_alloc(0, (uintptr_t)report_of(i), PTE_P | PTE_U | PTE_W), 0);
        start(&players[i], i, random_below(UINT32_MAX));
    }
    while (calls_made(players) < calls) {
        sleep_us(LOOK_US);
        for (unsigned i = 0; i < PLAYERS; i++)
            look(&players[i], i, players);
    }
    for (unsigned i = 0; i < PLAYERS; i++)
        end(&players[i]);
    end_orphans(players);
}

/* Those that do not return, or only where something is typed, or locks are watched (lockstat). */
static bool needs_others(uint32_t number)
{
    return number == SYS_exit || number == SYS_thread_exit || number == SYS_getc ||
           number == SYS_lock_info;
}

/* How often was each call made, and how often did it succeed? */
static void tell(uint32_t calls)
{
    static const char *const names[] = {
#define CALL_NAME(name, number) [number] = #name,
        SYSCALLS(CALL_NAME)
#undef CALL_NAME
    };

    for (uint32_t number = 0; number < NUM_SYSCALLS; number++) {
        uint32_t tried = 0, succeeded = 0;

        for (unsigned i = 0; i < PLAYERS; i++) {
            tried += report_of(i)->tried[number];
            succeeded += report_of(i)->succeeded[number];
        }
        printf("%-22s %8u calls, %8u succeeded\n", names[number], tried, succeeded);
        CHECK(tried > 0 || calls < ENOUGH_FOR_SUCCESS);
        CHECK(succeeded > 0 || calls < ENOUGH_FOR_SUCCESS || needs_others(number));
    }
}

int main(int argc, char **argv)
{
    unsigned seed = 1, calls = CALLS;

    if (argc > 1 && strcmp(argv[1], "child") == 0)
        return child();
    if ((argc > 1 && !parse_unsigned(argv[1], &seed)) ||
        (argc > 2 && !parse_unsigned(argv[2], &calls))) {
        printf("usage: chaos [SEED [CALLS]]\n");
        return EXIT_FAILURE;
    }
    state = seed;
    judge(calls);
    tell(calls);
    return check_result();
}
