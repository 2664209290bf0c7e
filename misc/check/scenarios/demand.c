/* Pages that come when they are touched, and pages that are copied when they are written to. */
#include "user_memory.h"

static struct space space, other_space;
static struct quota quota;

/* --- two threads touch the same new page, and the quota has just one left ----------------- */

static void touch(void *unused)
{
    (void)unused;
    enter_space(&space);
    REQUIRE(load_word(SECOND_PAGE) == 0);
    enter_space(NULL);
}

static void begin_last_page(void)
{
    int error = quota_split(&quota_root, &quota, 4);    /* directory, table, page, and one more */

    REQUIRE(!error);
    make_space(&space, &quota, PERM_WRITE);
    error = space_set_heap(&space, SECOND_PAGE);
    REQUIRE(!error);
    error = space_set_break(&space, SECOND_PAGE + PAGE_SIZE);
    REQUIRE(!error && quota_free(&quota) == 1);
    play("first", 0, touch, NULL);
    play("second", 1, touch, NULL);
}

static void end_last_page(void)
{
    space_destroy(&space);
    quota_close(&quota);
}

SCENARIO(last_page, .begin = begin_last_page, .end = end_last_page);

/* --- parent and child write to a page that they share ------------------------------------- */

/* As the program's page-fault handler does it. */
static void write_to_copy(void *its_space)
{
    struct space *own = its_space;
    uint32_t word = own == &space ? 1 : 2;

    enter_space(own);
    int error = space_copy_page(own, own, FIRST_PAGE, PERM_WRITE);
    REQUIRE(!error);
    store_word(FIRST_PAGE, word);
    REQUIRE(load_word(FIRST_PAGE) == word);
    enter_space(NULL);
}

static void begin_copies(void)
{
    uaddr_t va = FIRST_PAGE;

    make_space(&space, &quota_root, PTE_COW);
    int error = space_create(&other_space, &quota_root);
    REQUIRE(!error);
    error = space_give_range(&space, &other_space, &va, SECOND_PAGE);
    REQUIRE(!error && va == SECOND_PAGE);
    play("parent", 0, write_to_copy, &space);
    play("child", 1, write_to_copy, &other_space);
}

static void end_copies(void)
{
    space_destroy(&space);
    space_destroy(&other_space);
}

SCENARIO(copies, .begin = begin_copies, .end = end_copies);

/* --- a page is shared while its owner takes it away --------------------------------------- */

static void take_away(void *unused)
{
    int error = space_unmap(&space, FIRST_PAGE);

    (void)unused;
    REQUIRE(!error);
}

static void share(void *unused)
{
    const struct space_place from = { &space, FIRST_PAGE }, to = { &other_space, FIRST_PAGE };
    int error = space_share(&from, &to, PERM_WRITE);

    (void)unused;
    REQUIRE(!error || error == E_INVAL_ADDR);
}

static void begin_share(void)
{
    make_space(&space, &quota_root, PERM_WRITE);
    int error = space_create(&other_space, &quota_root);
    REQUIRE(!error);
    play("owner", 0, take_away, NULL);
    play("sharer", 1, share, NULL);
}

SCENARIO(share_unmap, .begin = begin_share, .end = end_copies);

/* --- a page of the heap is touched while the heap gets smaller ---------------------------- */

/* The page may be gone; what is there is zeros, or what was written. */
static void write_to_heap(void *unused)
{
    uint32_t word = 1;
    int error = 0;

    (void)unused;
    enter_space(&space);
    while (!error && copy_to_user(SECOND_PAGE, &word, sizeof word))
        error = space_fault(&space, SECOND_PAGE, SPACE_WRITE);
    if (!copy_from_user(&word, SECOND_PAGE, sizeof word))
        REQUIRE(!error && word == 1);
    enter_space(NULL);
}

static void give_heap_back(void *unused)
{
    int error = space_set_break(&space, SECOND_PAGE);

    (void)unused;
    REQUIRE(!error);
}

static void begin_heap(void)
{
    make_space(&space, &quota_root, PERM_WRITE);
    int error = space_set_heap(&space, SECOND_PAGE);
    REQUIRE(!error);
    error = space_set_break(&space, SECOND_PAGE + PAGE_SIZE);
    REQUIRE(!error);
    play("writer", 0, write_to_heap, NULL);
    play("giver", 1, give_heap_back, NULL);
}

/* What is beyond the break is nobody's. */
static void end_heap(void)
{
    paddr_t frame;
    uint32_t perm;

    REQUIRE(space_lookup(&space, SECOND_PAGE, &frame, &perm) == E_INVAL_ADDR);
    space_destroy(&space);
}

SCENARIO(heap_shrinks, .begin = begin_heap, .end = end_heap);

/* --- a text is copied in while its end goes ----------------------------------------------- */

enum { SHOWN = 2 };                     /* bytes of the text in the first page */
static const char text[] = "four";
static const uaddr_t text_at = SECOND_PAGE - SHOWN;

/* All of it, or nothing. */
static void copy_text(void *unused)
{
    char copy[sizeof text];
    size_t length;

    (void)unused;
    enter_space(&space);
    int error = copy_string_from_user(copy, text_at, sizeof copy, &length);
    REQUIRE(error == E_INVAL_ADDR || (!error && length == 4 && copy[3] == 'r'));
    enter_space(NULL);
}

static void take_end_away(void *unused)
{
    int error = space_unmap(&space, SECOND_PAGE);

    (void)unused;
    REQUIRE(!error);
}

static void begin_text(void)
{
    make_space(&space, &quota_root, PERM_WRITE);
    int error = space_alloc_page(&space, SECOND_PAGE, PERM_WRITE);
    REQUIRE(!error);
    error = space_write(&space, text_at, text, sizeof text);
    REQUIRE(!error);
    play("reader", 0, copy_text, NULL);
    play("owner", 1, take_end_away, NULL);
}

static void end_text(void)
{
    space_destroy(&space);
}

SCENARIO(copy_unmap, .begin = begin_text, .end = end_text);
