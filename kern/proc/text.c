/* The read-only pages of program files: one of each, for all processes that run the program.
 *
 * Such a page is made when the first process needs it, and stays.  It is charged to a quota that is
 * set aside at boot; each process that maps it pays for it, too, as for any page that is shared.
 * Nobody can write to it: it is never mapped writable, and what the kernel copies to a page, or
 * takes over for good, has only one reference.
 *
 * No lock: a place is 0 until its page is complete, and then never changes.  If two threads make
 * the same page, the second one gives its own back.  SUBTLE: one-text */
#include "proc/text.h"

#include "lib/assert.h"
#include "pmm/pmm.h"
#include "proc/proc.h"

enum {
    PLACES = 4096,
    MEMORY_SHARE = 16,                  /* text has at most one page of so many */
};

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
    return __atomic_load_n(place, __ATOMIC_ACQUIRE);
}

paddr_t text_keep(paddr_t *place, paddr_t page)
{
    paddr_t kept = 0;

    if (__atomic_compare_exchange_n(place, &kept, page, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return page;
    page_release(&text_quota, page);
    return kept;
}
