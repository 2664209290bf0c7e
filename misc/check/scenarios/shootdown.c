/* A page that is taken away is nobody's to see any more: no CPU remembers it when it goes to a new
 * owner.  CPUs that ask each other do not wait for ever. */
#include "user_memory.h"

enum { EARLY = 1, LATE = 2 };           /* words */

static struct space space;

/* Sees the zeros that the page is full of, or that it is gone: not what the frame's next owner, or
 * the kernel when it is free, has written. */
static void look(void *unused)
{
    uint32_t word;

    (void)unused;
    enter_space(&space);
    for (unsigned i = 0; i < 2; i++) {
        int error = copy_from_user(&word, FIRST_PAGE, sizeof word);
        REQUIRE(error || word == 0);
    }
    enter_space(NULL);
}

static void take_away(void *unused)
{
    int error = space_unmap(&space, FIRST_PAGE);

    (void)unused;
    REQUIRE(!error);
}

static void begin_shootdown(void)
{
    make_space(&space, &quota_root, PERM_WRITE);
    play("reader", 0, look, NULL);
    play("owner", 1, take_away, NULL);
}

static void end_shootdown(void)
{
    space_destroy(&space);
}

SCENARIO(shootdown, .begin = begin_shootdown, .end = end_shootdown);

/* --- a reader comes while the page goes --------------------------------------------------- */

static bool is_gone;

/* Once the owner says so, the page is nobody's to see. */
static void look_when_gone(void *unused)
{
    uint32_t word;

    (void)unused;
    enter_space(&space);
    while (!__atomic_load_n(&is_gone, __ATOMIC_ACQUIRE))
        pause();
    REQUIRE(copy_from_user(&word, FIRST_PAGE, sizeof word) != 0);
    enter_space(NULL);
}

static void take_away_and_say_so(void *unused)
{
    take_away(unused);
    __atomic_store_n(&is_gone, true, __ATOMIC_RELEASE);
}

static void begin_gone(void)
{
    make_space(&space, &quota_root, PERM_WRITE);
    play("owner", 0, take_away_and_say_so, NULL);
    play("reader", 1, look_when_gone, NULL);
}

SCENARIO(unmapped_at_last, .begin = begin_gone, .end = end_shootdown, .late_stores = true);

/* --- both take pages away ----------------------------------------------------------------- */

static void take_own_away(void *page)
{
    enter_space(&space);
    (void)load_word((uaddr_t)(uintptr_t)page);
    int error = space_unmap(&space, (uaddr_t)(uintptr_t)page);
    REQUIRE(!error);
    enter_space(NULL);
}

static void begin_both(void)
{
    make_space(&space, &quota_root, PERM_WRITE);
    int error = space_alloc_page(&space, SECOND_PAGE, PERM_WRITE);
    REQUIRE(!error);
    play("first", 0, take_own_away, (void *)(uintptr_t)FIRST_PAGE);
    play("second", 1, take_own_away, (void *)(uintptr_t)SECOND_PAGE);
}

SCENARIO(shootdown_both, .begin = begin_both, .end = end_shootdown);

/* --- a right to write is taken away ------------------------------------------------------- */

static struct space child;

/* What is written is not lost, although the page is given to a child meanwhile. */
static void write_twice(void *unused)
{
    const uint32_t words[] = { EARLY, LATE };

    (void)unused;
    enter_space(&space);
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
        while (copy_to_user(FIRST_PAGE, &words[i], sizeof words[i])) {
            int error = space_copy_page(&space, &space, FIRST_PAGE, PERM_WRITE);
            REQUIRE(!error);
        }
    REQUIRE(load_word(FIRST_PAGE) == LATE);
    enter_space(NULL);
}

/* Once that is done, nothing that the parent writes is the child's. */
static void give(void *unused)
{
    uaddr_t va = FIRST_PAGE;
    int error = space_give_range(&space, &child, &va, SECOND_PAGE);

    (void)unused;
    REQUIRE(!error);
    enter_space(&child);
    uint32_t word = load_word(FIRST_PAGE);
    thread_yield();
    REQUIRE(load_word(FIRST_PAGE) == word);
    enter_space(NULL);
}

static void begin_give(void)
{
    make_space(&space, &quota_root, PERM_WRITE);
    int error = space_create(&child, &quota_root);
    REQUIRE(!error);
    play("writer", 0, write_twice, NULL);
    play("giver", 1, give, NULL);
}

static void end_give(void)
{
    space_destroy(&space);
    space_destroy(&child);
}

SCENARIO(give_range, .begin = begin_give, .end = end_give);
