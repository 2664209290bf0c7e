/* A thread that waits for a word of its program's memory is woken by whoever changes the word and
 * says so: under the same address or another one, also if the page was replaced meanwhile. */
#include "user_memory.h"

#include "ipc/ipc.h"

static struct space space, other_space;
static struct thread *victim;
static unsigned taken, killed;

static void wait_for_word(uaddr_t address)
{
    while (load_word(address) == 0) {
        int error = futex_wait(address, 0, FUTEX_NO_DEADLINE);
        REQUIRE(!error || error == E_CHANGED);
    }
}

static void set_and_wake(uaddr_t address)
{
    uint32_t woken;

    store_word(address, 1);
    int error = futex_wake(address, 1, &woken);
    REQUIRE(!error);
}

static void wait_here(void *unused)
{
    (void)unused;
    enter_space(&space);
    wait_for_word(FIRST_PAGE);
    enter_space(NULL);
}

static void wake_here(void *unused)
{
    (void)unused;
    enter_space(&space);
    set_and_wake(FIRST_PAGE);
    enter_space(NULL);
}

static void begin_futex(void)
{
    make_space(&space, &quota_root, PERM_WRITE);
    play("waiter", 0, wait_here, NULL);
    play("waker", 1, wake_here, NULL);
}

static void end_futex(void)
{
    space_destroy(&space);
}

SCENARIO(futex, .begin = begin_futex, .end = end_futex);

/* --- another space, another address ------------------------------------------------------- */

static void wake_there(void *unused)
{
    (void)unused;
    enter_space(&other_space);
    set_and_wake(SECOND_PAGE);
    enter_space(NULL);
}

static void begin_alias(void)
{
    const struct space_place from = { &space, FIRST_PAGE }, to = { &other_space, SECOND_PAGE };

    make_space(&space, &quota_root, PERM_WRITE);
    make_space(&other_space, &quota_root, PERM_WRITE);
    int error = space_share(&from, &to, PERM_WRITE);
    REQUIRE(!error);
    play("waiter", 0, wait_here, NULL);
    play("waker", 1, wake_there, NULL);
}

static void end_alias(void)
{
    space_destroy(&space);
    space_destroy(&other_space);
}

SCENARIO(futex_alias, .begin = begin_alias, .end = end_alias);

/* --- a page that is copied while a thread waits there ------------------------------------- */

/* The page is the other space's, too; before it is written to, this one gets a copy. */
static void copy_and_wake(void *unused)
{
    (void)unused;
    enter_space(&space);
    int error = space_copy_page(&space, &space, FIRST_PAGE, PERM_WRITE);
    REQUIRE(!error);
    set_and_wake(FIRST_PAGE);
    enter_space(NULL);
}

static void begin_copied(void)
{
    const struct space_place from = { &space, FIRST_PAGE }, to = { &other_space, FIRST_PAGE };

    make_space(&space, &quota_root, PERM_READ);
    int error = space_create(&other_space, &quota_root);
    REQUIRE(!error);
    error = space_share(&from, &to, PERM_READ);
    REQUIRE(!error);
    play("waiter", 0, wait_here, NULL);
    play("waker", 1, copy_and_wake, NULL);
}

SCENARIO(futex_copied, .begin = begin_copied, .end = end_alias);

/* --- a waiter is killed, one wakeup for two ----------------------------------------------- */

/* Takes the word if it is there: what is there once, one thread gets. */
static void take_or_end(void *unused)
{
    (void)unused;
    enter_space(&space);
    int error = futex_wait(FIRST_PAGE, 0, FUTEX_NO_DEADLINE);
    REQUIRE(!error || error == E_CHANGED || error == E_KILLED);
    __atomic_fetch_add(error == E_KILLED ? &killed : &taken, 1, __ATOMIC_RELAXED);
    enter_space(NULL);
}

static void begin_kill(void)
{
    make_space(&space, &quota_root, PERM_WRITE);
    victim = play("victim", 0, take_or_end, NULL);
    play("other", 1, take_or_end, NULL);
    play("waker", 1, wake_here, NULL);
    play("killer", 1, kill_player, victim);
}

static void end_kill(void)
{
    REQUIRE(taken >= 1);
    if (taken + killed == 2)
        space_destroy(&space);
}

SCENARIO(kill_futex, .begin = begin_kill, .end = end_kill, .may_wait = 1, .keeps_threads = true);

/* --- a deadline, too ---------------------------------------------------------------------- */

static void wait_until(void *unused)
{
    (void)unused;
    enter_space(&space);
    int error = futex_wait(FIRST_PAGE, 0, 2000);
    REQUIRE(!error || error == E_CHANGED || error == E_TIMEOUT);
    enter_space(NULL);
}

static void begin_deadline(void)
{
    make_space(&space, &quota_root, PERM_WRITE);
    play("waiter", 0, wait_until, NULL);
    play("waker", 1, wake_here, NULL);
}

SCENARIO(futex_deadline, .begin = begin_deadline, .end = end_futex, .ticks = 2);
