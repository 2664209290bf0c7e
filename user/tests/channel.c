/* Channels between threads and between processes: items come in order and once each, also where the
 * indices wrap; who finds the channel full or empty waits; and what its end means. */
#include "channel.h"

#include "check.h"
#include "env.h"
#include "proc.h"
#include "stdlib.h"
#include "string.h"
#include "thread.h"

enum { ITEMS = 3000, CAPACITY_MOST = 16 };

#define PAGE ((void *)0xD0000000)       /* where nothing else is */

static struct channel *const channel = PAGE;

/* With that many items passed already.  `sleeps`: how often the sides do so without a yield. */
static void begin(unsigned capacity, uint32_t passed, uint32_t sleeps)
{
    CHECK_EQ(channel_init(channel, capacity), 0);
    channel->producer = channel->consumer = (struct channel_side) { passed, passed, sleeps };
}

static void check_init(void)
{
    CHECK_EQ(channel_init((struct channel *)((char *)PAGE + 4), 4), E_INVAL_ADDR);
    CHECK_EQ(channel_init(channel, 0), E_INVAL_ARG);
    CHECK_EQ(channel_init(channel, 3), E_INVAL_ARG);
    CHECK_EQ(channel_init(channel, 2 * CHANNEL_CAPACITY_MAX), E_INVAL_ARG);
}

/* --- the two sides ------------------------------------------------------------------------ */

static void *put_all(void *unused)
{
    for (unsigned i = 0; i < ITEMS; i++)
        CHECK(channel_put(channel, i));
    channel_end(channel);
    return unused;
}

static void get_all(void)
{
    uint32_t item = 0, wrong = 0;
    unsigned count = 0;

    while (channel_get(channel, &item)) {
        wrong += item != count;
        count++;
    }
    CHECK_EQ(wrong, 0);
    CHECK_EQ(count, ITEMS);
    CHECK(!channel_get(channel, &item));
    CHECK(!channel_put(channel, 0));
}

static void check_threads(unsigned capacity, uint32_t passed, uint32_t sleeps)
{
    struct thread *producer = NULL;

    begin(capacity, passed, sleeps);
    CHECK_EQ(thread_create(&producer, put_all, NULL), 0);
    get_all();
    thread_join(producer);
}

/* The child has the side that `act` is. */
static int start_child(void (*act)(void))
{
    int child = fork();

    CHECK(child >= 0);
    if (child == 0) {
        act();
        exit(check_result());
    }
    return child;
}

static void put_in_child(void)
{
    put_all(NULL);
}

static void check_processes(unsigned capacity, uint32_t passed, uint32_t sleeps)
{
    begin(capacity, passed, sleeps);
    int child = start_child(put_in_child);
    get_all();
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);

    begin(capacity, passed, sleeps);
    child = start_child(get_all);
    put_all(NULL);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
}

/* --- full, empty, ended ------------------------------------------------------------------- */

static void put_five(void)
{
    for (unsigned i = 0; i < 5; i++)
        CHECK(channel_put(channel, i));
}

/* Four are in it when the fifth waits; the reader may come as late as it likes. */
static void check_full(uint32_t passed)
{
    uint32_t item = 0;

    begin(4, passed, 0);
    int child = start_child(put_five);
    check_waits(child, "futex");
    CHECK_EQ(channel->producer.index - passed, 4);
    for (unsigned i = 0; i < 5; i++) {
        CHECK(channel_get(channel, &item));
        CHECK_EQ(item, i);
    }
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
}

static void get_seven(void)
{
    uint32_t item = 0;

    CHECK(channel_get(channel, &item));
    CHECK_EQ(item, 7);
    CHECK(!channel_get(channel, &item));
    CHECK_EQ(item, 7);
}

/* A reader that waits gets what comes, and then learns of the end. */
static void check_empty(void)
{
    begin(4, 0, 0);
    int child = start_child(get_seven);
    check_waits(child, "futex");
    CHECK(channel_put(channel, 7));
    check_waits(child, "futex");
    channel_end(channel);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
}

static void fill_and_fail(void)
{
    CHECK(channel_put(channel, 1));
    CHECK(!channel_put(channel, 2));
}

/* A producer that waits for room learns of the end, and its item is not there. */
static void check_end_when_full(void)
{
    uint32_t item = 0;

    begin(1, 0, 0);
    int child = start_child(fill_and_fail);
    check_waits(child, "futex");
    channel_end(channel);
    CHECK_EQ(wait_status(child), EXIT_SUCCESS);
    CHECK(channel_get(channel, &item));
    CHECK_EQ(item, 1);
    CHECK(!channel_get(channel, &item));
}

/* What was put before the end is there after it, and after its producer. */
static void check_late_reader(void)
{
    uint32_t item = 0;

    begin(8, 0, 0);
    CHECK_EQ(wait_status(start_child(put_five)), EXIT_SUCCESS);
    channel_end(channel);
    for (unsigned i = 0; i < 5; i++) {
        CHECK(channel_get(channel, &item));
        CHECK_EQ(item, i);
    }
    CHECK(!channel_get(channel, &item));
}

int main(void)
{
    CHECK_EQ(sys_page_alloc(0, (uintptr_t)PAGE, PTE_P | PTE_U | PTE_W | PTE_SHARE), 0);
    check_init();
    check_full(0);
    check_full(UINT32_MAX - 1);
    check_empty();
    check_end_when_full();
    check_late_reader();
    for (unsigned capacity = 1; capacity <= CAPACITY_MOST; capacity *= 4) {
        check_threads(capacity, 0, 0);
        check_threads(capacity, UINT32_MAX - ITEMS / 2, UINT32_MAX);
        check_processes(capacity, 0, 0);
        check_processes(capacity, UINT32_MAX - ITEMS / 2, UINT32_MAX);
    }
    return check_result();
}
