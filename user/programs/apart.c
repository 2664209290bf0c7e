/* Two processes that have nothing in common do something on two CPUs at the same time, for who
 * looks at what the kernel has in common for them (scripts/sharing).
 *     apart                every pair of operations, each with itself, too
 *     apart fork           the pairs of this one
 *     apart fork message   this pair: the first on CPU 0, the second on CPU 1
 * It prints a line `APART first second` for each.  The time between two reads of the time stamp
 * counter counts; what a process needs has been made by then, and done a few times. */
#include "env.h"
#include "error.h"
#include "info.h"
#include "ipc.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"
#include "x86.h"

enum {
    QUOTA = 100, PARTNER_QUOTA = 40, PAGE = 4096, PAGES = 8,
    WARM_UP = 4, LEAST = 4,             /* operations */
    AFTER_MS = 5,                       /* by then both processes are there */
    LONG_US = 1500,                     /* timer interrupts are part of it */
    SLEEP_US = 100,
};

static unsigned cpu;
static int partner;                     /* on the same CPU */

static unsigned there(void)
{
    return 1 + 2 * cpu;
}

static unsigned back(void)
{
    return 2 + 2 * cpu;
}

static void must(int error)
{
    if (error) {
        printf("apart: %s\n", error_string(error));
        exit(1);
    }
}

/* --- the operations --- */

static void do_null(void)
{
    int pid, parent;

    must(sys_getpid(&pid, &parent));
}

static void do_fault(void)
{
    void *heap;

    must(sys_sbrk(PAGES * PAGE, &heap));
    for (unsigned i = 0; i < PAGES; i++)
        ((volatile char *)heap)[i * PAGE] = 1;
    must(sys_sbrk(-PAGES * PAGE, &heap));
}

static void do_map(void)
{
    uintptr_t one = 0xD0000000, other = one + PAGE;

    must(sys_page_alloc(0, one, PTE_P | PTE_U | PTE_W));
    must(sys_page_map(0, one, 0, other, PTE_P | PTE_U | PTE_W));
    must(sys_page_unmap(0, one));
    must(sys_page_unmap(0, other));
}

static void do_fork(void)
{
    int child = fork();

    if (child == 0)
        sys_exit(0);
    must(child < 0 ? -child : wait_status(child));
}

static void do_spawn(void)
{
    must(wait_status(spawn_on(cpu, "true", PARTNER_QUOTA)));
}

static void *end_at_once(void *unused)
{
    return unused;
}

static void do_thread(void)
{
    struct thread *thread;

    must(thread_create(&thread, end_at_once, NULL));
    thread_join(thread);
}

static void do_wake(void)
{
    produce(there(), 1);
    consume(back());
}

static void answer_wake(void)
{
    produce(back(), consume(there()));
}

static void do_buffer(void)
{
    produce(there(), 1);
    consume(there());
}

static void do_message(void)
{
    uint32_t answer;

    must(ipc_call(partner, 1, &answer));
}

static void answer_message(void)
{
    static int client;
    uint32_t request;

    client = ipc_reply_wait(client, 1, &request);
}

static void do_futex(void)
{
    static uint32_t word = 1;           /* not with what is read-only, which processes share */
    unsigned woken;

    must(sys_futex_wake(&word, 1, &woken));
    must(sys_futex_wait(&word, 0, 0) == E_CHANGED ? 0 : E_INVAL_ARG);
}

static void do_sleep(void)
{
    sleep_us(SLEEP_US);
}

static void do_time(void)
{
    time_us();
}

static void do_print(void)
{
    printf("apart: %u\n", cpu);
}

/* Of what is its own. */
static void do_info(void)
{
    struct buffer_statistics buffer;
    struct cpu_info info;

    must(sys_cpu_info(cpu, &info));
    must(sys_buffer_info(there(), &buffer));
}

struct operation {
    const char *name;
    void      (*once)(void);
    void      (*answer)(void);          /* what a partner does again and again, or NULL */
};

static const struct operation operations[] = {
    { "null", do_null, NULL },
    { "fault", do_fault, NULL },
    { "map", do_map, NULL },
    { "fork", do_fork, NULL },
    { "spawn", do_spawn, NULL },
    { "thread", do_thread, NULL },
    { "yield", yield, yield },
    { "wake", do_wake, answer_wake },
    { "message", do_message, answer_message },
    { "buffer", do_buffer, NULL },
    { "futex", do_futex, NULL },
    { "sleep", do_sleep, NULL },
    { "time", do_time, NULL },
    { "print", do_print, NULL },
    { "info", do_info, NULL },
};

static const struct operation *find_operation(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(operations); i++)
        if (strcmp(name, operations[i].name) == 0)
            return &operations[i];
    printf("apart: there is no operation %s\n", name);
    exit(2);
}

/* --- the processes --- */

static int start(unsigned where, unsigned quota, const char *role, const char *name, unsigned begin)
{
    char command[COMMAND_MAX];

    snprintf(command, sizeof command, "apart %s %s %u", role, name, begin);
    int pid = spawn_on(where, command, quota);
    must(pid < 0 ? -pid : 0);
    return pid;
}

static void work(const struct operation *operation, uint64_t begin)
{
    unsigned count = 0;

    if (operation->answer)
        partner = start(cpu, PARTNER_QUOTA, "answer", operation->name, 0);
    for (unsigned i = 0; i < WARM_UP; i++)
        operation->once();
    while (time_us() < begin)
        sleep_us(SLEEP_US);
    rdtsc();
    while (count++ < LEAST || time_us() < begin + LONG_US)
        operation->once();
    rdtsc();
    if (partner) {
        must(sys_kill(partner));
        wait_status(partner);
    }
}

static void try_pair(const struct operation *first, const struct operation *second)
{
    unsigned begin = (unsigned)(time_us() / 1000) + AFTER_MS;
    int one = start(0, QUOTA, "work", first->name, begin);
    int other = start(1, QUOTA, "work", second->name, begin);

    must(wait_status(one));
    must(wait_status(other));
    printf("APART %s %s\n", first->name, second->name);
}

/* Without names, each pair once. */
static bool is_wanted(int argc, char **argv, const struct operation *first,
                      const struct operation *second)
{
    if (argc == 1)
        return first <= second;
    return first == find_operation(argv[1]) && (argc == 2 || second == find_operation(argv[2]));
}

static void try_pairs(int argc, char **argv)
{
    const struct operation *end = operations + ARRAY_SIZE(operations);

    for (const struct operation *first = operations; first < end; first++)
        for (const struct operation *second = operations; second < end; second++)
            if (is_wanted(argc, argv, first, second))
                try_pair(first, second);
}

int main(int argc, char **argv)
{
    unsigned begin;

    cpu = cpu_index();
    if (argc < 4) {
        try_pairs(argc, argv);
        return 0;
    }
    const struct operation *operation = find_operation(argv[2]);
    if (!parse_unsigned(argv[3], &begin))
        return 2;
    while (strcmp(argv[1], "answer") == 0)
        operation->answer();
    work(operation, begin * 1000ull);
    return 0;
}
