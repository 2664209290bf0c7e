/* The read-only pages of program files: one of each, for all processes that run the program.
 *
 * Such a page is made when the first process needs it, and stays for ever.  It is charged to a
 * quota that is set aside at boot; each process that maps it pays for it, too, as for any page that
 * is shared.  Nobody can write to it: it is never mapped writable, and what the kernel copies to a
 * page, or takes over for good, has only one reference.
 *
 * No lock, and no thread waits: the first one that finds a place empty claims it, makes the page,
 * and then names it there.  Until then others make pages of their own.  SUBTLE: one-text */
#include "proc/text.h"

#include "lib/assert.h"
#include "pmm/pmm.h"
#include "proc/proc.h"

enum {
    PLACES = 4096,
    MEMORY_SHARE = 16,                  /* text has at most one page of so many */
};

#define CLAIMED 1                       /* in a place: it is no page's address */

static paddr_t places[PLACES];          /* [a] */
static unsigned places_given;           /* [I] set at boot, with the programs */

struct quota text_quota;                /* [I] set at boot; its account as in pmm.h */

struct program_text text_reserve(size_t file_size)
{
    unsigned count = MIN(ROUND_UP(file_size, PAGE_SIZE) / PAGE_SIZE, PLACES - places_given);
    struct program_text text = { .places = &places[places_given], .count = count };

    places_given += count;
    return text;
}

void proc_reserve_text(void)
{
    uint32_t most = quota_account(&quota_root).limit / MEMORY_SHARE;
    int error = quota_split(&quota_root, &text_quota, MIN(places_given, most));

    KERN_ASSERT(!error);                /* at boot there is memory */
}

uint32_t proc_text_pages(void)
{
    return quota_account(&text_quota).used;
}

paddr_t *text_next_place(struct program_text *text)
{
    if (text->count == 0)
        return NULL;
    text->count--;
    return text->places++;
}

paddr_t text_find(const paddr_t *place)
{
    paddr_t page = __atomic_load_n(place, __ATOMIC_ACQUIRE);

    return page == CLAIMED ? 0 : page;
}

bool text_claim(paddr_t *place)
{
    paddr_t empty = 0;

    return __atomic_compare_exchange_n(place, &empty, CLAIMED, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}

void text_settle(paddr_t *place, paddr_t page)
{
    if (page)
        page_keep_for_ever(page);
    __atomic_store_n(place, page, __ATOMIC_RELEASE);
}
