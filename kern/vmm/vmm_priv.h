/* What the files of this layer share. */
#pragma once

#include "lib/assert.h"
#include "vmm/pagetable_priv.h"
#include "vmm/space.h"
#include "vmm/tlb.h"

/* --- kernel_map.c --- */

/* Fills it; and panics unless it is as it was filled. */
void kernel_map_build(void);
void kernel_map_check(void);

/* The entries of page directories that are the kernel's: copied at creation, wiped before the
 * page goes back. */
void kernel_map_copy(struct page_table *directory);
void kernel_map_wipe(struct page_table *directory);

/* Is this directory's kernel half the kernel's, but for the marks that the CPU makes? */
bool kernel_map_is_in(const struct page_table *directory);

/* The entry for a page in the kernel windows, whose page tables always exist. */
uint32_t *kernel_window_entry(uintptr_t address);

/* --- mapping.c, share.c --- */

static inline bool is_mappable(uaddr_t va)
{
    return va % PAGE_SIZE == 0 && va >= VM_USERLO && va < UTOP;
}

static inline bool is_perm(uint32_t perm)
{
    return (perm & ~(uint32_t)(PERM_WRITE | PERM_AVAILABLE)) == 0;
}

enum {
    USER_PAGE_FLAGS = ENTRY_PRESENT | ENTRY_USER,
    USER_TABLE_FLAGS = ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_USER,
};

/* Each page table and directory notes the space it belongs to, so that sharing is found out,
 * and which rows of its entries were ever used (table_next()).  The lock of the table's space must
 * be held to note a row; it is noted before an entry is used. */
void table_adopt(const struct space *space, const struct page_table *table);
struct used_rows *table_used(const struct page_table *table);

/* The page table at this index of the directory, or NULL.  The lock need not be held. */
static inline struct page_table *space_table(const struct space *space, unsigned index)
{
    uint32_t entry = entry_get(space->directory, index);

    return entry == 0 ? NULL : page_pointer(entry_page(entry));
}

/* Sees to it that there is a page table for `va`: E_EXCEEDS_QUOTA or E_MEM.  No lock held. */
MUST_USE int space_add_table(struct space *space, uaddr_t va);
MUST_USE static inline int space_need_table(struct space *space, uaddr_t va)
{
    return space_table(space, directory_index(va)) ? 0 : space_add_table(space, va);
}

/* The entry for `va`, 0 if nothing is mapped.  The lock need not be held. */
static inline uint32_t space_entry(const struct space *space, uaddr_t va)
{
    const struct page_table *table = space_table(space, directory_index(va));

    return table ? entry_get(table, table_index(va)) : 0;
}

/* Writes the entry for `va`, whose page table exists, and returns the one before.  The space's
 * lock must be held. */
uint32_t space_set_entry(struct space *space, uaddr_t va, uint32_t entry);

/* Counts what such changes did: to so many entries, by which the space has `pages` more than
 * before.  The lock must be held. */
static inline void space_note_changes(struct space *space, unsigned changes, int pages)
{
    KERN_ASSERT(spinlock_holding(&space->lock));
    space->pages += (unsigned)pages;
    __atomic_store_n(&space->changes, space->changes + changes, __ATOMIC_RELAXED);
}

/* Other pages were mapped in place of these, or rights to write to them were taken away, and that
 * was counted in `restricted`: returns when no CPU remembers the former mappings, and counts that.
 * As tlb_flush(). */
void space_flush_restricted(struct space *space, const uaddr_t *pages, unsigned count);

/* In the page table for `va`, the index after the last page below `end`, which is above `va`. */
static inline unsigned table_end(uaddr_t va, uaddr_t end)
{
    return end - ROUND_DOWN(va, SUPERPAGE_SIZE) < SUPERPAGE_SIZE ? table_index(end)
                                                                 : TABLE_ENTRIES;
}

/* Unmaps all pages in va <= address < end, both page-aligned.  No lock held. */
void space_unmap_range(struct space *space, uaddr_t va, uaddr_t end);

/* --- space.c --- */

/* What is wrong with a space, in words that complete "it has ..."; NULL if nothing.  The caller
 * keeps the space from changing. */
const char *space_audit(struct space *space);

/* --- tlb.c --- */

/* The mappings of these pages in `space`, or if that is NULL in the kernel's map, were taken away
 * or restricted: returns when no CPU remembers them.  Only after that may the pages be used for
 * something else.  Interrupts on, no spinlock held: other CPUs may have to answer first. */
void tlb_flush(const struct space *space, const uaddr_t *pages, unsigned count);

/* --- kstack.c --- */

void kstack_init(void);
