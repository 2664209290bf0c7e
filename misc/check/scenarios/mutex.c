/* A sleeping mutex keeps others out, also while its owner lets other threads run. */
#include "scenario.h"

#include "thread/mutex.h"

static struct mutex mutex;
static unsigned inside, count;

static void work(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 2; i++) {
        mutex_lock(&mutex);
        REQUIRE(inside++ == 0);
        thread_yield();
        REQUIRE(--inside == 0);
        count++;
        mutex_unlock(&mutex);
    }
}

static void begin(void)
{
    mutex_init(&mutex, "mutex");
    play("worker0", 0, work, NULL);
    play("worker1", 1, work, NULL);
    play("third", 1, work, NULL);
}

static void end(void)
{
    REQUIRE(count == 6);
}

SCENARIO(mutex, .begin = begin, .end = end);
