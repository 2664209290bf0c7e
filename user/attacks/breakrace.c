/* Attack: threads move the heap's end up and down at once, and touch what they got.
 *
 * Must hold: no two get the same memory, and it is theirs until they give it back. */
#include "attack.h"
#include "check.h"
#include "proc.h"
#include "stdlib.h"
#include "thread.h"

enum { THREADS = 4, ROUNDS = 40 };

static void *grow_and_write(void *self)
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        void *got;

        if (sys_sbrk(2 * PAGE_SIZE, &got))
            continue;
        volatile uint32_t *word = (volatile uint32_t *)((char *)got + PAGE_SIZE);
        CHECK_EQ(*word, 0);
        *word = (uintptr_t)self + 1;
        CHECK_EQ(*word, (uintptr_t)self + 1);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    unsigned size = attack_size(argc, argv);
    struct thread *threads[THREADS];
    void *end = NULL, *after = NULL;

    for (unsigned round = 0; round < size; round++) {
        for (unsigned i = 0; i < THREADS; i++)
            CHECK_EQ(thread_create(&threads[i], grow_and_write, (void *)(uintptr_t)i), 0);
        for (unsigned i = 0; i < THREADS; i++)
            thread_join(threads[i]);
        CHECK_EQ(sys_sbrk(0, &end), 0);
        CHECK_EQ(sys_sbrk(-(int)(THREADS * ROUNDS * 2 * PAGE_SIZE), &after), 0);
        CHECK(after == end);
        CHECK(sys_sbrk(INT32_MIN, &after) == E_INVAL_ARG);
    }
    return check_result();
}
