/* A quota is never overdrawn, and page frames have one owner. */
#include "scenario.h"

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
