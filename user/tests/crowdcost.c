/* An operation costs the same beside thousands of processes, or of threads, that wait as beside
 * few.  `crowdcost strict` is for a machine whose ticks are instructions; else the crowd is small,
 * and what it all costs is not judged. */
#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"
#include "x86.h"

enum { CROWD = 4000, FEW = 50, TRIES = 5, CHILD_QUOTA = 20, GATE = 11, OWN_BUFFER = 12 };

#define PAGE 0x70000000

static struct semaphore gate;           /* nothing is ever posted to it */
static bool is_strict;

/* --- the operations --- */

static void fork_and_wait(void)
{
    int child = fork();

    if (child == 0)
        exit(EXIT_SUCCESS);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
}

static void spawn_and_wait(void)
{
    CHECK_EQ(run("true", CHILD_QUOTA), EXIT_SUCCESS);
}

static void *end_at_once(void *argument)
{
    return argument;
}

static void create_and_join(void)
{
    struct thread *thread;

    CHECK_EQ(thread_create(&thread, end_at_once, NULL), 0);
    CHECK(!thread_join(thread));
}

static void give_turn(void)
{
    yield();
}

static void send_item(void)
{
    produce(OWN_BUFFER, 7);
    CHECK_EQ(consume(OWN_BUFFER), 7);
}

static void wake_nobody(void)
{
    static uint32_t word;
    unsigned woken = 1;

    CHECK_EQ(sys_futex_wake(&word, 1, &woken), 0);
    CHECK_EQ(woken, 0);
}

static void map_page(void)
{
    CHECK_EQ(sys_page_alloc(0, PAGE, PTE_P | PTE_U | PTE_W), 0);
    CHECK_EQ(sys_page_unmap(0, PAGE), 0);
}

/* A fork also copies the page table of each thread's stack: that is not the kernel's doing, so
 * threads are not beside it. */
static const struct operation {
    const char *name;
    void      (*act)(void);
    bool        beside_threads;
} operations[] = {
    { "fork, exit, wait", fork_and_wait, false }, { "spawn, exit, wait", spawn_and_wait, true },
    { "thread, exit, join", create_and_join, true }, { "yield", give_turn, true },
    { "produce, consume", send_item, true }, { "wake", wake_nobody, true },
    { "map, unmap", map_page, true },
};

enum { OPERATIONS = ARRAY_SIZE(operations) };

static unsigned beside_few[OPERATIONS]; /* what each costs beside few processes */

/* The least of some trials: no interrupt, and all that is made once is there. */
static unsigned cost_of(const struct operation *operation)
{
    unsigned least = UINT32_MAX;

    for (unsigned i = 0; i < TRIES; i++) {
        uint64_t begin = read_tsc();
        operation->act();
        least = MIN(least, (unsigned)(read_tsc() - begin));
    }
    return least;
}

/* --- the crowds --- */

static void start_children(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        int child = fork();

        if (child == 0) {
            (void)consume(GATE);
            exit(EXIT_SUCCESS);
        }
        CHECK(child > 0);
    }
    yield();
}

static void end_children(unsigned count)
{
    int status;

    for (unsigned i = 0; i < count; i++)
        produce(GATE, i);
    for (unsigned i = 0; i < count; i++)
        CHECK(wait(WAIT_ANY, &status) > 0);
}

static void *wait_for_ever(void *argument)
{
    semaphore_wait(&gate);
    return argument;
}

static void start_threads(unsigned count)
{
    struct thread *thread;

    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(thread_create(&thread, wait_for_ever, NULL), 0);
    yield();
}

/* A fork costs more the more pages the program has: all that these need are there from here on. */
static void warm_up(void)
{
    for (unsigned i = 0; i < OPERATIONS; i++) {
        beside_few[i] = cost_of(&operations[i]);
        printf("%-18s %6u ticks alone\n", operations[i].name, beside_few[i]);
    }
}

/* A step for each member of the crowd would make it many times as much. */
static void compare(unsigned index, const char *crowd)
{
    unsigned few = beside_few[index], many = cost_of(&operations[index]);

    printf("%-18s %6u ticks, %6u beside %s\n", operations[index].name, few, many, crowd);
    if (is_strict)
        CHECK(many < few + few / 10 + FEW);
}

int main(int argc, char **argv)
{
    is_strict = argc > 1 && strcmp(argv[1], "strict") == 0;
    unsigned count = is_strict ? CROWD : 2 * FEW;

    warm_up();
    start_children(FEW);
    for (unsigned i = 0; i < OPERATIONS; i++)
        beside_few[i] = cost_of(&operations[i]);
    start_children(count - FEW);
    for (unsigned i = 0; i < OPERATIONS; i++)
        compare(i, "processes");
    end_children(count);
    start_threads(count);
    for (unsigned i = 0; i < OPERATIONS; i++)
        if (operations[i].beside_threads)
            compare(i, "threads");
    return check_result();
}
