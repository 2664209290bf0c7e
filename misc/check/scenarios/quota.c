/* A quota is never overdrawn, and page frames have one owner. */
#include "scenario.h"

#include "pmm/pmm_priv.h"

#include "machine.h"

static struct quota quota;
static struct spinlock lock = SPINLOCK_INITIALIZER(&scenario_lock);
static unsigned charged;

static void change_charged(int change)
{
    spinlock_acquire(&lock);
    charged += (unsigned)change;
    REQUIRE(charged <= 3);
    spinlock_release(&lock);
}

static void charge(void *unused)
{
    (void)unused;
    if (quota_charge(&quota, 2))
        return;
    change_charged(2);
    change_charged(-2);
    quota_uncharge(&quota, 2);
}

static void begin_quota(void)
{
    int error = quota_split(&quota_root, &quota, 3);

    REQUIRE(!error);
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        play("charger", (int)cpu, charge, NULL);
}

static void end_quota(void)
{
    REQUIRE(quota_free(&quota) == 3);
    quota_close(&quota);
}

enum { PAGES = 2 };

static void use_pages(void *number)
{
    paddr_t pages[PAGES];

    for (unsigned i = 0; i < PAGES; i++) {
        int error = page_alloc(&quota_root, &pages[i]);
        REQUIRE(!error);
        *(uintptr_t *)page_pointer(pages[i]) = (uintptr_t)number;
    }
    for (unsigned i = 0; i < PAGES; i++) {
        REQUIRE(*(uintptr_t *)page_pointer(pages[i]) == (uintptr_t)number);
        page_release(&quota_root, pages[i]);
    }
}

static void begin_pages(void)
{
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        play("user", (int)cpu, use_pages, (void *)(uintptr_t)(cpu + 1));
}

SCENARIO(quota, .begin = begin_quota, .end = end_quota);
SCENARIO(pages, .begin = begin_pages);

/* --- two children are made, and there is room for one ------------------------------------- */

static struct quota children[CPUS_MAX];
static unsigned made;

static void make_child(void *number)
{
    struct quota *child = &children[(uintptr_t)number];

    if (quota_split(&quota, child, 2))
        return;
    __atomic_fetch_add(&made, 1, __ATOMIC_RELAXED);
    change_charged(2);
    change_charged(-2);
    quota_close(child);
}

static void begin_split(void)
{
    int error = quota_split(&quota_root, &quota, 3);

    REQUIRE(!error);
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        play("parent", (int)cpu, make_child, (void *)(uintptr_t)cpu);
}

static void end_split(void)
{
    REQUIRE(made > 0);
    end_quota();
}

SCENARIO(split, .begin = begin_split, .end = end_split);

/* --- each holds one frame, and there is one for each -------------------------------------- */

enum { HELD_MAX = 1024 };
static paddr_t held[HELD_MAX];          /* all other frames */
static unsigned held_count;

static void hold_all_but(unsigned left)
{
    while (!page_alloc(&quota_root, &held[held_count]))
        held_count++;
    for (; left > 0; left--)
        page_release(&quota_root, held[--held_count]);
}

/* It may lie with any CPU. */
static void use_one(void *unused)
{
    paddr_t page;
    int error = page_alloc(&quota_root, &page);

    (void)unused;
    REQUIRE(!error);
    page_release(&quota_root, page);
}

static void begin_last_frames(void)
{
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        play("user", (int)cpu, use_one, NULL);
    hold_all_but(cpu_count);
}

static void end_last_frames(void)
{
    while (held_count > 0)
        page_release(&quota_root, held[--held_count]);
}

SCENARIO(last_frames, .begin = begin_last_frames, .end = end_last_frames);

/* --- the last frames that nobody has used yet --------------------------------------------- */

/* Frames come in batches, from low addresses on: so many at a time.  All are held but the last
 * batch. */
static void hold_all_but_a_batch(void)
{
    uint32_t batch = 0, before;

    while ((before = page_untouched()) > batch || batch == 0) {
        int error = page_alloc(&quota_root, &held[held_count]);
        REQUIRE(!error);
        held_count++;
        batch = MAX(batch, before - page_untouched());
    }
    for (uint32_t left = batch - 1; left > 0; left--) {
        int error = page_alloc(&quota_root, &held[held_count++]);
        REQUIRE(!error);
    }
    REQUIRE(page_untouched() > 0);
}

/* Both may find that there is a batch left, and one of them gets it. */
static void begin_last_batch(void)
{
    for (unsigned cpu = 0; cpu < cpu_count; cpu++)
        play("user", (int)cpu, use_one, NULL);
    hold_all_but_a_batch();
}

SCENARIO(last_batch, .begin = begin_last_batch, .end = end_last_frames);
