/* What operations cost.  `bench [NAME]` runs every measurement, or the one named, and prints
 *     BENCH name iterations total_ticks ticks_per_op
 * Ticks are the time stamp counter's: with QEMU's -icount shift=0 (make bench) guest
 * instructions, stubs and loops included.  All processes run on the CPU that bench runs on. */
#include "channel.h"
#include "env.h"
#include "ipc.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"
#include "x86.h"

enum { QUOTA = 40, PAGE = 4096, ITEMS_BUFFER = 1, THERE_BUFFER = 2, BACK_BUFFER = 3, SLOTS = 16 };

#define SHARED_PAGE ((void *)0xD0000000)

static void report(const char *name, unsigned iterations, uint64_t total)
{
    printf("BENCH %s %u %llu %llu\n", name, iterations, total, total / iterations);
}

/* The other process of a measurement: this program again, with that role as its argument. */
static int start_partner(const char *role, unsigned iterations)
{
    char command[64];

    snprintf(command, sizeof command, "bench %s %u", role, iterations);
    int pid = spawn_on(cpu_index(), command, QUOTA);
    if (pid < 0) {
        printf("bench: %s cannot be started: error %d\n", command, -pid);
        exit(1);
    }
    return pid;
}

static void null_syscall(unsigned iterations)
{
    int pid, parent, errors = 0;
    uint64_t begin = rdtsc();

    for (unsigned i = 0; i < iterations; i++)
        errors |= sys_getpid(&pid, &parent);
    if (errors)
        exit(1);
    report("null_syscall", iterations, rdtsc() - begin);
}

/* --- two processes --- */

static void partner_yield(unsigned iterations)
{
    consume(BACK_BUFFER);
    for (unsigned i = 0; i < iterations; i++)
        yield();
}

/* Each turn is two switches: to the partner and back. */
static void yield_switch(unsigned iterations)
{
    int partner = start_partner("partner_yield", iterations);

    produce(BACK_BUFFER, 0);
    yield();
    uint64_t begin = rdtsc();
    for (unsigned i = 0; i < iterations / 2; i++)
        yield();
    report("yield_switch", iterations / 2 * 2, rdtsc() - begin);
    wait_status(partner);
}

static void partner_wake(unsigned iterations)
{
    for (unsigned i = 0; i < iterations; i++)
        produce(BACK_BUFFER, consume(THERE_BUFFER));
}

static void wake_roundtrip(unsigned iterations)
{
    int partner = start_partner("partner_wake", iterations);

    yield();
    uint64_t begin = rdtsc();
    for (unsigned i = 0; i < iterations; i++) {
        produce(THERE_BUFFER, i);
        consume(BACK_BUFFER);
    }
    report("wake_roundtrip", iterations, rdtsc() - begin);
    wait_status(partner);
}

static void partner_buffer(unsigned iterations)
{
    for (unsigned i = 0; i < iterations; i++)
        produce(ITEMS_BUFFER, i);
}

static void buffer_item(unsigned iterations)
{
    int partner = start_partner("partner_buffer", iterations);

    consume(ITEMS_BUFFER);              /* the partner is there */
    uint64_t begin = rdtsc();
    for (unsigned i = 1; i < iterations; i++)
        consume(ITEMS_BUFFER);
    report("buffer_item", iterations - 1, rdtsc() - begin);
    wait_status(partner);
}

/* The channel is in a page that comes with a message. */
static void partner_channel(unsigned iterations)
{
    ipc_recv(NULL, SHARED_PAGE, NULL);
    for (unsigned i = 0; i < iterations; i++)
        if (!channel_put(SHARED_PAGE, i))
            exit(1);
}

/* As many slots as a buffer has. */
static void channel_item(unsigned iterations)
{
    struct channel *channel = SHARED_PAGE;
    uint32_t item = 0, wrong = 0;

    if (sys_page_alloc(0, (uintptr_t)channel, PTE_P | PTE_U | PTE_W) != 0 ||
        channel_init(channel, SLOTS) != 0)
        exit(1);
    int partner = start_partner("partner_channel", iterations);
    ipc_send(partner, 0, channel, PTE_P | PTE_U | PTE_W);
    if (!channel_get(channel, &item))   /* the partner is there */
        exit(1);
    uint64_t begin = rdtsc();
    for (unsigned i = 1; i < iterations && channel_get(channel, &item); i++)
        wrong |= item ^ i;
    report("channel_item", iterations - 1, rdtsc() - begin);
    if (wrong || item != iterations - 1)
        exit(1);
    wait_status(partner);
}

/* Answers calls until there is a word of 0. */
static void partner_serve(unsigned unused)
{
    uint32_t request = 0;
    int client = ipc_reply_wait(0, 0, &request);

    (void)unused;
    while (request != 0)
        client = ipc_reply_wait(client, request, &request);
}

static void ipc_roundtrip(unsigned iterations)
{
    int partner = start_partner("partner_serve", 1);
    uint32_t answer = 0;

    ipc_call(partner, 1, &answer);          /* the partner is there */
    uint64_t begin = rdtsc();
    for (unsigned i = 0; i < iterations; i++)
        ipc_call(partner, 1, &answer);
    report("ipc_roundtrip", iterations, rdtsc() - begin);
    ipc_send(partner, 0, NULL, 0);
    wait_status(partner);
}

/* --- threads, processes and memory --- */

static void *end_at_once(void *unused)
{
    return unused;
}

static void thread_create_join(unsigned iterations)
{
    struct thread *thread = NULL;
    uint64_t begin = rdtsc();

    for (unsigned i = 0; i < iterations; i++) {
        if (thread_create(&thread, end_at_once, NULL) != 0)
            exit(1);
        thread_join(thread);
    }
    report("thread_create_join", iterations, rdtsc() - begin);
}

static void spawn_exit_wait(unsigned iterations)
{
    uint64_t begin = rdtsc();

    for (unsigned i = 0; i < iterations; i++)
        if (wait_status(spawn_on(cpu_index(), "true", QUOTA)) != EXIT_SUCCESS)
            exit(1);
    report("spawn_exit_wait", iterations, rdtsc() - begin);
}

static void anon_page(unsigned iterations)
{
    void *heap;

    if (sys_sbrk((int)(iterations * PAGE), &heap) != 0) {
        printf("bench: no memory for anon_page\n");
        exit(1);
    }
    uint64_t begin = rdtsc();
    for (unsigned i = 0; i < iterations; i++)
        ((volatile char *)heap)[i * PAGE] = 1;
    report("anon_page", iterations, rdtsc() - begin);
}

/* The child ends at once; what it costs to write to shared pages is cow_fault. */
static void fork_and_wait(const char *name, int (*kind)(void), unsigned iterations)
{
    uint64_t begin = rdtsc();

    for (unsigned i = 0; i < iterations; i++) {
        int child = kind();
        if (child == 0)
            sys_exit(0);
        if (child < 0) {
            printf("bench: %s: error %d\n", name, -child);
            exit(1);
        }
        wait_status(child);
    }
    report(name, iterations, rdtsc() - begin);
}

static void fork_exit_wait(unsigned iterations)
{
    fork_and_wait("fork_exit_wait", fork, iterations);
}

/* Pages of the heap that have been written to. */
static volatile char *touched_pages(unsigned count)
{
    void *heap;

    if (sys_sbrk((int)((count + 1) * PAGE), &heap) != 0) {
        printf("bench: no memory for %u pages\n", count);
        exit(1);
    }
    volatile char *pages = (char *)ROUND_UP((uintptr_t)heap, PAGE);
    for (unsigned i = 0; i < count; i++)
        pages[i * PAGE] = 1;
    return pages;
}

/* The two kinds of fork, of a program with ten more pages of its own. */
static void fork_10_pages(unsigned iterations)
{
    touched_pages(10);
    fork_and_wait("fork_10_pages", fork, iterations);
}

static void dumbfork_10_pages(unsigned iterations)
{
    touched_pages(10);
    fork_and_wait("dumbfork_10_pages", dumbfork, iterations);
}

/* The child lives meanwhile, so that each page has to be copied. */
static void cow_fault(unsigned iterations)
{
    volatile char *pages = touched_pages(iterations);
    int child = fork();

    if (child == 0) {
        consume(BACK_BUFFER);
        sys_exit(0);
    }
    uint64_t begin = rdtsc();
    for (unsigned i = 0; i < iterations; i++)
        pages[i * PAGE] = 2;
    report("cow_fault", iterations, rdtsc() - begin);
    produce(BACK_BUFFER, 0);
    wait_status(child);
}

/* Blocks of 16 to 1023 bytes, taken and then given back in another order; each is one operation. */
static void malloc_free(unsigned count)
{
    void **blocks = malloc(count * sizeof *blocks);

    if (!blocks)
        exit(1);
    uint64_t begin = rdtsc();
    for (unsigned i = 0; i < count; i++) {
        blocks[i] = malloc(16 + (unsigned)rand() % 1008);
        if (!blocks[i])
            exit(1);
    }
    for (unsigned i = 0; i < count; i++)
        free(blocks[(i * 7919ull) % count]);        /* a prime: each one once */
    report(count > 10000 ? "malloc_free_many" : "malloc_free", count, rdtsc() - begin);
    free(blocks);
}

/* --- how soon who sleeps runs again --- */

enum { TICKS = 50, SLEEPS = 20, SLEEP_US = 1500, TICK_US = 1000, GAP = 300 };

static uint64_t first_tick, ticks_length;       /* of TICKS of them */

/* When the timer interrupts: a loop that reads the time is then late by more than GAP. */
static void find_ticks(void)
{
    uint64_t last = rdtsc();

    for (unsigned found = 0; found <= TICKS;) {
        uint64_t now = rdtsc();
        if (now - last > GAP && found++ == 0)
            first_tick = last;
        if (found <= TICKS)
            last = now;
    }
    ticks_length = last - first_tick;
}

/* From the first interrupt after the deadline, which wakes the caller.  A sleep begins soon after
 * an interrupt, and its deadline lies in the middle between two of them. */
static uint64_t sleep_latency(void)
{
    uint64_t deadline = rdtsc() + SLEEP_US * ticks_length / TICKS / TICK_US;

    sleep_us(SLEEP_US);
    uint64_t now = rdtsc(), ticks = (deadline - first_tick) * TICKS / ticks_length + 1;
    return now - (first_tick + ticks * ticks_length / TICKS);
}

/* The worst of some: a mean would hide it. */
static void report_latency(const char *name)
{
    uint64_t worst = 0;

    sleep_us(SLEEP_US);
    for (unsigned i = 0; i < SLEEPS; i++)
        worst = MAX(worst, sleep_latency());
    report(name, 1, worst);
}

static void wake_idle(unsigned unused)
{
    (void)unused;
    find_ticks();
    report_latency("wake_idle");
}

static void partner_spin(unsigned unused)
{
    (void)unused;
    for (;;)
        continue;
}

/* Another process wants the CPU all the time; its slice is not cut short. */
static void wake_busy(unsigned unused)
{
    (void)unused;
    find_ticks();
    int partner = start_partner("partner_spin", 1);
    report_latency("wake_busy");
    sys_kill(partner);
    wait_status(partner);
}

struct entry {
    const char *name;
    void      (*run)(unsigned iterations);
    unsigned    iterations;             /* 0: a partner's role */
};

/* What leaves pages mapped comes after the forks, which would have to give these, too. */
static const struct entry entries[] = {
    { "null_syscall", null_syscall, 20000 },
    { "yield_switch", yield_switch, 10000 },
    { "wake_roundtrip", wake_roundtrip, 5000 },
    { "buffer_item", buffer_item, 20000 },
    { "ipc_roundtrip", ipc_roundtrip, 5000 },
    { "spawn_exit_wait", spawn_exit_wait, 100 },
    { "fork_exit_wait", fork_exit_wait, 100 },
    { "fork_10_pages", fork_10_pages, 100 },
    { "dumbfork_10_pages", dumbfork_10_pages, 100 },
    { "cow_fault", cow_fault, 200 },
    { "anon_page", anon_page, 500 },
    { "malloc_free", malloc_free, 1000 },
    { "malloc_free_many", malloc_free, 100000 },
    { "channel_item", channel_item, 20000 },
    { "thread_create_join", thread_create_join, 500 },
    { "wake_idle", wake_idle, SLEEPS },
    { "wake_busy", wake_busy, SLEEPS },
    { "partner_yield", partner_yield, 0 },
    { "partner_wake", partner_wake, 0 },
    { "partner_buffer", partner_buffer, 0 },
    { "partner_channel", partner_channel, 0 },
    { "partner_serve", partner_serve, 0 },
    { "partner_spin", partner_spin, 0 },
};

/* How often: a partner is called. */
static unsigned iterations_of(const struct entry *entry, int argc, char **argv)
{
    unsigned iterations = entry->iterations;

    if (iterations == 0 && (argc < 3 || !parse_unsigned(argv[2], &iterations)))
        exit(2);
    return iterations;
}

int main(int argc, char **argv)
{
    unsigned ran = 0;

    for (unsigned i = 0; i < ARRAY_SIZE(entries); i++) {
        const struct entry *entry = &entries[i];
        bool named = argc > 1 && strcmp(argv[1], entry->name) == 0;
        if (argc > 1 ? !named : !entry->iterations)
            continue;
        entry->run(iterations_of(entry, argc, argv));
        ran++;
    }
    if (ran == 0)
        printf("bench: there is no measurement %s\n", argv[1]);
    return ran == 0;
}
