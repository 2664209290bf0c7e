/* The big kernel lock: one CPU at a time is in the kernel.  Kernel threads are there while they
 * run, unless they leave as a program does that goes on in user mode. */
#include "user_memory.h"

#include "thread/big_lock.h"

static unsigned count;                  /* no other lock guards it */
static struct space space;

static void visit_user_mode(void)
{
    intr_local_disable();
    big_lock_leave();
    intr_local_enable();
    intr_local_disable();
    (void)big_lock_enter();
    intr_local_enable();
}

/* An interrupt lets others in: so with interrupts off. */
static void work(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < 2; i++) {
        intr_local_disable();
        count++;
        intr_local_enable();
        visit_user_mode();
    }
}

static void begin(void)
{
    big_lock_is_on = true;
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        play("worker", (int)cpu, work, NULL);
}

static void end(void)
{
    REQUIRE(count == 2 * cpu_count);
}

SCENARIO(big_lock, .begin = begin, .end = end);

/* --- who is in the kernel waits for who wants to be --------------------------------------- */

static void come_and_go(void *unused)
{
    (void)unused;
    enter_space(&space);
    visit_user_mode();
    enter_space(NULL);
}

static void take_away(void *unused)
{
    int error = space_unmap(&space, FIRST_PAGE);

    (void)unused;
    REQUIRE(!error);
}

static void begin_unmap(void)
{
    make_space(&space, &quota_root, PERM_WRITE);
    big_lock_is_on = true;
    play("program", 0, come_and_go, NULL);
    play("owner", 1, take_away, NULL);
}

static void end_unmap(void)
{
    space_destroy(&space);
}

SCENARIO(big_lock_unmap, .begin = begin_unmap, .end = end_unmap);
