/* Work that may run anywhere is run, whoever takes it; and a thread whose CPUs change while it
 * runs, waits or is ready goes where it may run, and nowhere else. */
#include "items.h"

#include "thread/affinity.h"

static unsigned count;
static struct thread *moved;

static void yield_and_count(void *unused)
{
    (void)unused;
    thread_yield();
    spinlock_acquire(&lock);
    count++;
    spinlock_release(&lock);
}

static void begin_steal(void)
{
    for (unsigned i = 0; i < 3; i++)
        play("worker", ANY_CPU, yield_and_count, NULL);
}

static void end_steal(void)
{
    REQUIRE(count == 3);
}

/* CPU 0 is online: it runs the taker, or has made this thread. */
static void move_taker(void *unused)
{
    (void)unused;
    for (cpu_mask cpus = 2; cpus <= 3; cpus++) {
        int error = affinity_set(moved, cpus);
        REQUIRE(!error);
    }
}

static void begin_affinity(void)
{
    moved = play("taker", ANY_CPU, take, NULL);
    play("mover", 1, move_taker, NULL);
    play("putter", 0, put, NULL);
}

static bool was_moved;                  /* [a] */

/* CPU 0 is online: this thread runs there. */
static void move_yielder(void *unused)
{
    int error = affinity_set(moved, 1);

    (void)unused;
    REQUIRE(!error);
    __atomic_store_n(&was_moved, true, __ATOMIC_SEQ_CST);
}

static void yield_and_look(void *unused)
{
    bool must_move = __atomic_load_n(&was_moved, __ATOMIC_SEQ_CST);

    (void)unused;
    thread_yield();
    REQUIRE(!must_move || get_pcpu_idx() == 0);
}

/* It may be moved at any step of its way to the queue of its CPU. */
static void begin_yield(void)
{
    moved = play("yielder", 1, yield_and_look, NULL);
    play("mover", 0, move_yielder, NULL);
}

SCENARIO(steal, .begin = begin_steal, .end = end_steal);
SCENARIO(affinity, .begin = begin_affinity);
SCENARIO(moved_yielder, .begin = begin_yield, .keeps_threads = true);
