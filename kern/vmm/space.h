/* Address spaces: what a program's addresses mean. */
#pragma once

#include "abi/error.h"
#include "abi/layout.h"
#include "lib/types.h"
#include "pcpu/spinlock.h"
#include "pmm/pmm.h"

/* What a mapping permits, as in a page-table entry (SDM vol. 3, table 4-6). */
enum {
    PERM_READ      = 0,                 /* always */
    PERM_WRITE     = 0x002,
    PERM_AVAILABLE = 0xE00,             /* three bits for the program's own use */
};

struct page_table;

/* Marks of CPUs, a byte each, that are looked at together. */
enum { MARKS_AT_ONCE = 16, ACTIVE_WORDS = ROUND_UP(NUM_CPUS, MARKS_AT_ONCE) / sizeof(uint32_t) };

/* [I] set by space_create()  [s] its lock  [a] atomic
 *
 * Entries of the directory and of page tables are written under the lock, and read without it
 * as atomics: a page table, once there, stays until the space is destroyed. */
struct space {
    struct spinlock    lock;
    struct page_table *directory;       /* [I] entries [s] for writing, [a] for reading */
    struct quota      *quota;           /* [I] pays for every page, table and the directory */
    uint32_t           pages;           /* [s] how many that are */
    uint32_t           changes;         /* [s] for writing, [a] for reading: entries changed */
    uint32_t           filling;         /* [a] faults that may hold pages which are not mapped */
    uint32_t           filled;          /* [a] how many were, since the space exists */
    uint32_t           restricted;      /* [s] times that mappings were replaced or restricted */
    uint32_t           flushed;         /* [a] ... and no CPU remembers them (copy.c) */
    uint32_t           image_pages;     /* [I] pages as the heap began; set by space_set_heap() */
    uaddr_t            heap_lo;         /* [I] page-aligned; likewise */
    uaddr_t            heap_break;      /* [s] for writing, [a] for reading */
    union {
        bool           active[NUM_CPUS];    /* [a] marks the CPUs that have it loaded */
        uint32_t       active_words[ACTIVE_WORDS];  /* [a] for looking at several at once */
    };
};

/* Has that CPU loaded it?  Seen without a lock: tlb.c has the order. */
static inline bool space_is_active_on(const struct space *space, unsigned cpu)
{
    return __atomic_load_n(&space->active[cpu], __ATOMIC_ACQUIRE);
}

/* An empty space: no page, no heap, a stack of USTACK_SIZE that fills on demand.
 * E_EXCEEDS_QUOTA or E_MEM. */
MUST_USE int space_create(struct space *space, struct quota *quota);

/* Gives back every page and its charge.  The space must not be active anywhere, and no thread may
 * use it any more. */
void space_destroy(struct space *space);

/* In the following, `va` is page-aligned and in VM_USERLO..UTOP, or the answer is E_INVAL_ADDR;
 * other bits than PERM_... give E_INVAL_ARG.  Page tables that are needed are charged, too. */

/* Maps a page of which the caller has a reference charged to space->quota: the space has it
 * from now on, unless this fails.  A page that was mapped there is released. */
MUST_USE int space_map(struct space *space, uaddr_t va, paddr_t page, uint32_t perm);

/* The same with a new page full of zeros. */
MUST_USE int space_alloc_page(struct space *space, uaddr_t va, uint32_t perm);

struct space_place {
    struct space *space;
    uaddr_t       va;
};

/* Maps the page that is mapped at `from` also at `to`, whose space is charged for it.  What was
 * mapped at `to` is released.  E_INVAL_ADDR if nothing is mapped at `from`; E_INVAL_ARG if `perm`
 * has PERM_WRITE and the mapping there has not.  If both places are the same, the permissions
 * change. */
MUST_USE int space_share(const struct space_place *from, const struct space_place *to,
                         uint32_t perm);

/* Maps at `va` of `to` a copy of the page that is mapped at `va` of `from`: writable or not, it may
 * be copied with any `perm`.  What was mapped there is released.  E_INVAL_ADDR if nothing is mapped
 * at `va` of `from`.
 *
 * If both are the same space, the copy takes the page's place in one step; or nothing is copied and
 * the permissions change, if no other space has the page.  A page that is writable stays as it is.
 * An error that another thread's copying may have caused is not told: 0, and nothing done. */
MUST_USE int space_copy_page(struct space *from, struct space *to, uaddr_t va, uint32_t perm);

/* Maps the pages of `from` from *va up to `end`, page-aligned, at the same places of `to`, another
 * space.  Those that are writable, or marked with PTE_COW, are read-only and marked with PTE_COW
 * in both then; those marked with PTE_SHARE, and all others, stay as they are.  What was mapped
 * there in `to` is released.  *va moves past what was done; an error is told only if that was
 * nothing.  E_INVAL_ARG if both are the same space. */
MUST_USE int space_give_range(struct space *from, struct space *to, uaddr_t *va, uaddr_t end);

/* Releases the page mapped at `va`, if there is one. */
MUST_USE int space_unmap(struct space *space, uaddr_t va);

/* What is mapped at `va`, or E_INVAL_ADDR.  Out of date at once unless the caller knows that no
 * other thread changes the space. */
MUST_USE int space_lookup(struct space *space, uaddr_t va, paddr_t *page, uint32_t *perm);

/* One more reference to the page mapped at `va`, charged to `payer`, for a mapping elsewhere with
 * `perm`.  E_INVAL_ADDR: nothing is mapped there; E_INVAL_ARG: `perm` permits writing and the
 * mapping does not; E_EXCEEDS_QUOTA.  Locks of higher layers may be held. */
MUST_USE int space_take_reference(struct space *space, uaddr_t va, uint32_t perm,
                                  struct quota *payer, paddr_t *page);

/* From now on space_map() at `va` needs no page table, and so cannot fail.  E_EXCEEDS_QUOTA or
 * E_MEM. */
MUST_USE int space_prepare(struct space *space, uaddr_t va);

/* Copies into a space, which need not be active, pages that are mapped there, writable for the
 * program or not; else E_INVAL_ADDR and nothing written.  Any `va`.  For setting up a space that no
 * other thread uses yet. */
MUST_USE int space_write(struct space *space, uaddr_t va, const void *data, size_t size);

/* Pages that were mapped or became page tables of the space since space_set_heap(). */
uint32_t space_pages_since_load(struct space *space);

/* The heap begins, and so far ends, at `heap_lo`, page-aligned and in VM_USERLO..UHEAP_HI.
 * Once, before the space runs. */
MUST_USE int space_set_heap(struct space *space, uaddr_t heap_lo);

/* A space that no thread uses yet gets the heap of another one, without its pages. */
void space_copy_heap(struct space *space, const struct space *from);

/* The heap ends at `heap_break`, in heap_lo..UHEAP_HI: growing maps nothing yet, shrinking
 * releases what lies wholly above.  E_INVAL_ADDR and nothing changed if it lies elsewhere.
 * One caller at a time for each space (proc/heap.c). */
MUST_USE int space_set_break(struct space *space, uaddr_t heap_break);

enum space_access { SPACE_READ, SPACE_WRITE };

/* The program, or the kernel on its behalf, could not access `va`.  0: it can now (a page of
 * zeros was put there, or another thread has done so already).  E_INVAL_ADDR: it must not.
 * E_EXCEEDS_QUOTA, E_MEM: no page.  Interrupts on, no spinlock held. */
MUST_USE int space_fault(struct space *space, uaddr_t va, enum space_access access);

/* Panics unless the space is sound: the kernel's half is the kernel's, the view of the page
 * table is read-only, no page table is shared, each mapped page is held, and the charge is
 * exact.  The caller keeps the space from changing. */
void space_check(struct space *space);

/* The part of it that holds at any time: debug builds panic if the space shares a page table or
 * its directory with another one. */
void space_check_tables(struct space *space);
