/* Ten thousand threads of one program, alive at once; each has its own answer, and when the program
 * has ended the machine has its pages back.  With little memory, as many as fit:
 * `scripts/run --mem 512` has room for all. */
#include "check.h"
#include "info.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"

enum { THREADS = 10000, FEW = 300, PAGES_EACH = 5 };

static struct thread *threads[THREADS];
static struct barrier all_are_there;

static void *answer(void *number)
{
    barrier_wait(&all_are_there);
    return (void *)((uintptr_t)number + 1);
}

/* All are alive before the first one ends. */
static int start_and_join(unsigned count)
{
    all_are_there = (struct barrier)BARRIER_INITIALIZER(count + 1);
    for (unsigned i = 0; i < count; i++) {
        int error = thread_create(&threads[i], answer, (void *)(uintptr_t)i);

        if (error) {
            printf("thread %u: error %d\n", i, error);
            exit(EXIT_FAILURE);         /* also those that wait */
        }
    }
    CHECK_EQ(thread_count(), count + 1);
    barrier_wait(&all_are_there);
    for (unsigned i = 0; i < count; i++)
        CHECK_EQ(thread_join(threads[i]), i + 1);
    CHECK_EQ(thread_count(), 1);
    return check_result();
}

static uint32_t free_pages(void)
{
    struct memory_info memory = { 0 };

    CHECK_EQ(sys_memory_info(&memory), 0);
    return memory_left(&memory);
}

int main(int argc, char **argv)
{
    char command[32];
    struct quota before = { 0 };

    if (argc > 1)
        return start_and_join((unsigned)atoi(argv[1]));
    CHECK_EQ(sys_quota(&before), 0);
    unsigned count = before.limit > 2 * THREADS * PAGES_EACH ? THREADS : FEW;
    snprintf(command, sizeof command, "tenthousand %u", count);
    uint32_t pages = free_pages();
    CHECK_EQ(run(command, (count + 10) * PAGES_EACH), EXIT_SUCCESS);
    check_quota_back(&before);
    CHECK_EQ(free_pages(), pages);
    return check_result();
}
