/* Waits for ever, in the way that is named; scripts/session looks at the reports. */
#include "stdio.h"
#include "string.h"
#include "thread.h"

enum { PHILOSOPHERS = 3 };

static struct mutex forks[PHILOSOPHERS];
static struct barrier seated = BARRIER_INITIALIZER(PHILOSOPHERS);

/* Each has the fork on one side, and waits for the other one.  The report shows the caller by name,
 * so it is a function of its own. */
static __attribute__((noinline)) void *dine(void *argument)
{
    unsigned place = (unsigned)(uintptr_t)argument;

    mutex_lock(&forks[place]);
    barrier_wait(&seated);
    mutex_lock(&forks[(place + 1) % PHILOSOPHERS]);
    return NULL;
}

static void wait_in_circle(void)
{
    struct thread *thread;

    for (uintptr_t place = 1; place < PHILOSOPHERS; place++)
        if (thread_create(&thread, dine, (void *)place) != 0)
            return;
    dine(NULL);
}

static void lock_twice(void)
{
    mutex_lock(&forks[0]);
    mutex_lock(&forks[0]);
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";

    if (strcmp(kind, "circle") == 0)
        wait_in_circle();
    if (strcmp(kind, "twice") == 0)
        lock_twice();
    printf("usage: stuck circle|twice\n");
    return argc > 1;
}
