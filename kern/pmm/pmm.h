/* Who owns which physical page: page frames with reference counts, and quotas.
 *
 * A page is held by references, and each reference is charged to some quota: each holder of a page
 * pays for it, shared or not.  All quotas are split off quota_root, which holds as many pages as
 * the machine has; so what has been charged never exceeds what exists.
 *
 * Locks, first taken first: pmm.quota (each quota's own; two are never held together), then
 * pmm.untouched, then those of the page pools (pcpu/pool.h).  In the steady state a CPU takes
 * pages from its own pool and charges quotas that other CPUs do not use: no common lock.
 *
 * No function here blocks. */
#pragma once

#include "abi/error.h"
#include "abi/layout.h"
#include "lib/types.h"
#include "pcpu/spinlock.h"
#include "pmm/account.h"

/* --- start (pmm.c) ----------------------------------------------------------------------- */

enum memory_type { MEMORY_USABLE = 1 };     /* anything else is not (Multiboot 0.6.96, 3.3) */

/* Bytes of physical memory, as the firmware or the boot loader describes them. */
struct memory_range {
    uint64_t base, length;
    uint32_t type;
};

/* Works out which pages there are, and returns how many: usable ranges, minus all others, minus
 * `reserved` (whatever its type says; the kernel's image, boot modules), minus page 0 and a page
 * where other CPUs start, minus what lies above KERNEL_LIMIT.  Ranges may be unaligned,
 * overlapping, empty or nonsense.  Called once, before paging. */
uint32_t pmm_plan(const struct memory_range *ranges, unsigned range_count,
                  const struct memory_range *reserved, unsigned reserved_count);

/* Memory for a table that stays, consecutive, page-aligned, its contents anything; from 1 MB up if
 * possible, since what is below is scarce and scattered.  Before pmm_init(). */
void *pmm_set_aside(size_t size);

/* The pages that are left can be had from now on, and say how many they are. */
void pmm_init(void);

/* A page below 640 KB that is never given out: where other CPUs start in real mode.  0: the
 * machine has none. */
paddr_t pmm_start_page(void);

/* The first address above all memory that the kernel may have to reach: usable and reserved,
 * below KERNEL_LIMIT. */
paddr_t pmm_memory_end(void);

struct pmm_usage {
    uint32_t pages;                     /* in the machine, as far as used */
    uint32_t free;                      /* without a reference */
};

/* Exact only while nothing allocates or frees. */
struct pmm_usage pmm_usage(void);

/* Panics unless free lists, reference counts and the root quota agree.  Call while the CPUs
 * are quiet. */
void pmm_check(void);

/* --- quotas (quota.c) -------------------------------------------------------------------- */

/* [q] its lock  [t] the layer that keeps the tree (proc/container.c): while it closes a quota or
 * has it adopted, it does not split, close or adopt that one or its parent; while it splits a
 * quota, it does not close it */
struct quota {
    struct spinlock lock;
    struct account  account;            /* [q] the root's limit never changes */
    uint32_t        stacks;             /* [q] slots for kernel stacks that it holds */
    struct quota   *parent;             /* [t] NULL: the root */
} __attribute__((aligned(CACHE_LINE)));

extern struct quota quota_root;

/* Takes `count` pages out of what is free in this quota, or E_EXCEEDS_QUOTA. */
MUST_USE int quota_charge(struct quota *quota, uint32_t count);

/* Gives back what was charged. */
void quota_uncharge(struct quota *quota, uint32_t count);

/* One slot more for a kernel stack, of which `free` are left in the machine (pmm/share.h), or
 * E_EXCEEDS_QUOTA; and one less. */
MUST_USE int quota_take_stack(struct quota *quota, uint32_t free);
void quota_give_stack(struct quota *quota);

/* Makes `child` a quota with a limit of `limit` pages, which `parent` can no longer use itself;
 * or E_EXCEEDS_QUOTA if it has not so many free.  `child` is not in use before that. */
MUST_USE int quota_split(struct quota *parent, struct quota *child, uint32_t limit);

/* Gives the whole limit back to the parent.  Nothing may be charged to it or delegated by it
 * any more. */
void quota_close(struct quota *child);

/* The child of a quota that is going to be closed becomes its grandparent's, with the limit
 * that it has.  Its parent must not be the root. */
void quota_adopt(struct quota *child);

/* What it could still charge or split off. */
uint32_t quota_free(struct quota *quota);

/* Limit, used and delegated at one moment. */
struct account quota_account(struct quota *quota);

/* --- pages (page.c) ---------------------------------------------------------------------- */

/* Physical memory is mapped at its own address (abi/layout.h). */
static inline void *page_pointer(paddr_t page)
{
    return (void *)(uintptr_t)page;
}

static inline paddr_t page_address(const void *pointer)
{
    return (paddr_t)(uintptr_t)pointer;
}

/* A page with one reference, charged to `quota`: E_EXCEEDS_QUOTA, or E_MEM if every page of the
 * machine is held (also by the stacks that vmm keeps, which are charged to no quota).  Its contents
 * are whatever was there. */
MUST_USE int page_alloc(struct quota *quota, paddr_t *page);

/* The same, filled with zeros.  No spinlock may be held. */
MUST_USE int page_alloc_zeroed(struct quota *quota, paddr_t *page);

/* One more reference, charged to `quota`, or E_EXCEEDS_QUOTA.  The caller sees to it that another
 * reference lasts until the return: its own, or one that a held lock keeps. */
MUST_USE int page_share(struct quota *quota, paddr_t page);

/* The second half of that: the reference, not the charge.  For callers that charge many pages at
 * once. */
void page_keep(paddr_t page);

/* The caller's reference, the only one, stays for good: the page is never free again, and others
 * are not counted any more, only charged.  So CPUs that use it write no common line. */
void page_keep_for_ever(paddr_t page);

/* Gives one reference back, and its charge; with the last one the page is free. */
void page_release(struct quota *quota, paddr_t page);

/* page_release() of the only reference to a page that is all zeros: saves the next caller that
 * needs a zeroed page the work. */
void page_release_zeroed(struct quota *quota, paddr_t page);

/* The first half of these two: the reference, not the charge.  For callers that give back many
 * pages and then call quota_uncharge() once. */
void page_drop(paddr_t page);
void page_drop_zeroed(paddr_t page);

/* How many references there are; 0: free, or no page at all.  Out of date at once unless the
 * caller holds one or nothing runs. */
uint32_t page_references(paddr_t page);

/* Notes of the holder of the only reference to a page, guarded by the holder's lock.  When the page
 * is allocated it has no owner, and the words are anything. */
struct page_note {
    const void *owner;
    uint32_t    words[4];
};

struct page_note *page_note(paddr_t page);
