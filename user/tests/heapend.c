/* Threads that move the end of the heap at the same time: each is given memory of its own. */
#include "check.h"
#include "stdlib.h"
#include "syscall.h"
#include "thread.h"

enum { THREADS = 4, MOVES = 3000, STEP = 16 };

static uint32_t *given[THREADS][MOVES];

static uint32_t tag(unsigned thread, unsigned move)
{
    return thread * MOVES + move + 1;
}

static void *move_often(void *number)
{
    unsigned thread = (uintptr_t)number;

    for (unsigned move = 0; move < MOVES; move++) {
        void *memory = NULL;
        CHECK_EQ(sys_sbrk(STEP, &memory), 0);
        given[thread][move] = memory;
        *given[thread][move] = tag(thread, move);
    }
    return NULL;
}

int main(void)
{
    struct thread *threads[THREADS];
    unsigned lost = 0;

    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK_EQ(thread_create(&threads[i], move_often, (void *)i), 0);
    for (unsigned i = 0; i < THREADS; i++)
        thread_join(threads[i]);
    for (unsigned i = 0; i < THREADS; i++)
        for (unsigned move = 0; move < MOVES; move++)
            lost += *given[i][move] != tag(i, move);
    CHECK_EQ(lost, 0);
    return check_result();
}
