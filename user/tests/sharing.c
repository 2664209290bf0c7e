/* sfork: parent and child share all memory but the stack, and mutexes that lie there work between
 * them; each has its own FPU registers and knows who it is.  And fork among threads: pages that
 * all of them write to at once are copied once.
 *
 * Must print: ^sharing: the child$
 * Must print: ^sharing: the parent$ */
#include "check.h"
#include "env.h"
#include "errno.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"

enum { TURNS = 2000, THREADS = 4, PAGES = 8, HOLES = 0xD0000000 };

static struct mutex mutex;
static unsigned counter;                /* guarded by it */
static struct semaphore there, back;

static void count_up(unsigned turns)
{
    for (unsigned i = 0; i < turns; i++) {
        mutex_lock(&mutex);
        volatile unsigned *slowly = &counter;
        *slowly = *slowly + 1;
        mutex_unlock(&mutex);
        if (i % 100 == 0)
            yield();
    }
}

static bool fpu_keeps(double value)
{
    double kept;

    __asm__ volatile("fldl %0" : : "m"(value));
    for (unsigned i = 0; i < 20; i++)
        yield();
    __asm__ volatile("fstpl %0" : "=m"(kept));
    return memcmp(&kept, &value, sizeof kept) == 0;
}

static void *keep_in_fpu(void *argument)
{
    CHECK(fpu_keeps((double)(uintptr_t)argument + 0.25));
    return NULL;
}

static void check_fpu_of_threads(void)
{
    struct thread *threads[THREADS];

    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK_EQ(thread_create(&threads[i], keep_in_fpu, (void *)i), 0);
    CHECK(fpu_keeps(8.5));
    for (unsigned i = 0; i < THREADS; i++)
        thread_join(threads[i]);
}

static int child_of(int parent, int *local, char *block)
{
    CHECK_EQ(thisenv->id, getpid());
    CHECK_EQ(thisenv->parent_id, parent);
    CHECK_EQ(*local, 1);
    *local = 2;
    errno = 5;
    semaphore_wait(&there);
    CHECK_EQ(block[0], 'p');
    block[0] = 'c';
    count_up(TURNS);
    CHECK(fpu_keeps(1.5));
    CHECK_EQ(*local, 2);
    CHECK_EQ(errno, 5);
    char *more = malloc(100);
    CHECK(more);
    free(more);
    struct thread *thread;
    CHECK_EQ(thread_create(&thread, NULL, NULL), E_BUSY);
    printf("sharing: the %s\n", "child");
    semaphore_post(&back);
    return check_result();
}

static void check_sfork(void)
{
    int parent = getpid(), local = 1;
    char *block = malloc(3 * PAGE_SIZE);

    errno = 4;
    int child = sfork();
    if (child == 0)
        exit(child_of(parent, &local, block));
    CHECK(child > 0);
    CHECK_EQ(thisenv->id, parent);
    block[0] = 'p';
    semaphore_post(&there);
    count_up(TURNS);
    CHECK(fpu_keeps(2.5));
    printf("sharing: the %s\n", "parent");
    semaphore_wait(&back);
    CHECK_EQ(block[0], 'c');
    CHECK_EQ(local, 1);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
    CHECK_EQ(counter, 2 * TURNS);
    CHECK_EQ(malloc(1 << 24) == NULL, 1);
    CHECK_EQ(errno, E_MEM);
    free(block);

    child = fork();                     /* shares with its parent what that shared before */
    if (child == 0) {
        counter++;
        exit(EXIT_SUCCESS);
    }
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
    CHECK_EQ(counter, 2 * TURNS + 1);
}

/* --- fork and threads --- */

static char pages[PAGES][PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static uint32_t stop;
static unsigned lost;

/* Each thread counts in its own byte of every page, while these are made copy on write and copied:
 * a copy made of an old one would lose counts. */
static void *count_in_pages(void *argument)
{
    uintptr_t own_byte = (uintptr_t)argument;
    uint8_t count = 0;

    while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST)) {
        count++;
        for (unsigned page = 0; page < PAGES; page++) {
            volatile char *byte = &pages[page][own_byte];
            if ((uint8_t)(*byte + 1) != count)
                __atomic_add_fetch(&lost, 1, __ATOMIC_SEQ_CST);
            *byte = (char)count;
        }
    }
    return NULL;
}

/* What the parent's threads write now is not to be seen here. */
static bool pages_are_still(void)
{
    char seen[PAGES][THREADS];

    for (unsigned page = 0; page < PAGES; page++)
        memcpy(seen[page], pages[page], THREADS);
    for (unsigned i = 0; i < 5; i++)
        yield();
    for (unsigned page = 0; page < PAGES; page++)
        if (memcmp(seen[page], pages[page], THREADS) != 0)
            return false;
    return true;
}

static int fork_from_thread(void)
{
    int child = fork();

    if (child == 0) {
        bool ok = pages_are_still() && thread_count() == 1;
        memset(pages, 0, sizeof pages);
        for (unsigned i = 0; i < 100; i++)
            ok = ok && pages[i % PAGES][i] == 0;
        free(malloc(1000));
        exit(ok ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    CHECK(child > 0);
    return wait_status(child);
}

/* Where the thread's page faults put their frames; and its segments, with the word that GS leads
 * to. */
struct place {
    uintptr_t frame;
    uint32_t fs, gs, word;
};

static uintptr_t frame_at;

static void map_hole(struct UTrapframe *fault)
{
    frame_at = (uintptr_t)fault;
    CHECK_EQ(sys_page_alloc(0, ROUND_DOWN(fault->fault_va, PAGE_SIZE), PTE_P | PTE_U | PTE_W), 0);
}

static struct place find_place(unsigned hole)
{
    struct place place = { 0 };

    *(volatile char *)(HOLES + hole * PAGE_SIZE) = 1;
    place.frame = frame_at;
    __asm__ volatile("movl %%fs, %0\n\tmovl %%gs, %1\n\tmovl %%gs:0, %2"
                     : "=&r"(place.fs), "=&r"(place.gs), "=r"(place.word));
    return place;
}

/* A child of a thread other than the first one has that thread's registers, all of them. */
static void *fork_with_registers(void *argument)
{
    struct place own = find_place(0);
    int child = fork();

    if (child == 0) {
        struct place place = find_place(1);
        exit(memcmp(&place, &own, sizeof own) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
    return argument;
}

static void check_registers(void)
{
    struct thread *thread = NULL;

    CHECK_EQ(set_pgfault_handler(map_hole), 0);
    CHECK_EQ(thread_create(&thread, fork_with_registers, NULL), 0);
    thread_join(thread);
}

static void *fork_and_stop(void *argument)
{
    for (unsigned i = 0; i < 30; i++)
        CHECK_EQ(fork_from_thread(), EXIT_SUCCESS);
    __atomic_store_n(&stop, 1, __ATOMIC_SEQ_CST);
    return argument;
}

static void check_threads(void)
{
    struct thread *threads[THREADS] = { NULL }, *forker = NULL;

    for (unsigned i = 0; i < THREADS; i++)
        CHECK_EQ(thread_create(&threads[i], count_in_pages, (void *)(uintptr_t)i), 0);
    CHECK_EQ(sfork(), -E_BUSY);
    CHECK_EQ(thread_create(&forker, fork_and_stop, NULL), 0);
    thread_join(forker);
    for (unsigned i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    CHECK_EQ(lost, 0);
}

int main(void)
{
    check_fpu_of_threads();
    check_threads();
    check_registers();
    flush();
    check_sfork();                      /* at the end: what is shared now stays shared */
    return check_result();
}
