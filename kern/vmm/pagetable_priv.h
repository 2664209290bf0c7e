/* Page tables and directories as arrays of numbers (SDM vol. 3, 4.3): no locks, no asm, nothing
 * of the machine but the format.
 *
 * An entry is an address plus flags.  It is composed and taken apart with arithmetic instead of
 * masks, which is the same for page-aligned addresses and easier to prove.  SUBTLE: uvpt */
#pragma once

#include "abi/layout.h"
#include "lib/types.h"

#define TABLE_ENTRIES   1024

enum entry_flags {
    ENTRY_PRESENT   = 0x001,
    ENTRY_WRITABLE  = 0x002,
    ENTRY_USER      = 0x004,
    ENTRY_WRITE_COMBINING = 0x008,      /* PWT alone, by vmm_init()'s choice */
    ENTRY_UNCACHED  = 0x018,            /* PWT and PCD: strong uncacheable (table 11-7) */
    ENTRY_ACCESSED  = 0x020,            /* by the CPU, unless it is set already */
    ENTRY_DIRTY     = 0x040,            /* likewise, when it writes to the page */
    ENTRY_LARGE     = 0x080,            /* in a directory: a 4 MB page */
    ENTRY_GLOBAL    = 0x100,
};

struct page_table {
    uint32_t entries[TABLE_ENTRIES];
} __attribute__((aligned(PAGE_SIZE)));

/*@ assigns \nothing;
    ensures \result < TABLE_ENTRIES;
    ensures 0 <= address - \result * SUPERPAGE_SIZE < SUPERPAGE_SIZE; */
static inline unsigned directory_index(uint32_t address)
{
    return address / SUPERPAGE_SIZE;
}

/*@ assigns \nothing;
    ensures \result < TABLE_ENTRIES;
    ensures 0 <= address % SUPERPAGE_SIZE - \result * PAGE_SIZE < PAGE_SIZE; */
static inline unsigned table_index(uint32_t address)
{
    return address / PAGE_SIZE % TABLE_ENTRIES;
}

/* Accessed and dirty from the start: no one asks whether a page is, and so no CPU ever writes to a
 * page table to say so.  QEMU before 7.2 does that without a lock, and would bring back an entry
 * that was taken away meanwhile. */
/*@ requires page % PAGE_SIZE == 0 && flags < PAGE_SIZE - ENTRY_ACCESSED - ENTRY_DIRTY;
    assigns \nothing;
    ensures \result - \result % PAGE_SIZE == page;
    ensures \result % PAGE_SIZE == flags + ENTRY_ACCESSED + ENTRY_DIRTY; */
static inline uint32_t entry_make(paddr_t page, uint32_t flags)
{
    return page + flags + ENTRY_ACCESSED + ENTRY_DIRTY;
}

/*@ assigns \nothing;
    ensures \result % PAGE_SIZE == 0 && 0 <= entry - \result < PAGE_SIZE; */
static inline paddr_t entry_page(uint32_t entry)
{
    return entry - entry % PAGE_SIZE;
}

/*@ requires \valid_read(table) && index < TABLE_ENTRIES;
    assigns \nothing;
    ensures \result == table->entries[index]; */
static inline uint32_t entry_get(const struct page_table *table, unsigned index)
{
    return __atomic_load_n(&table->entries[index], __ATOMIC_ACQUIRE);
}

/* Returns the entry before.  The caller keeps others from changing the table. */
/*@ requires \valid(table) && index < TABLE_ENTRIES;
    assigns table->entries[index];
    ensures \result == \old(table->entries[index]) && table->entries[index] == entry; */
static inline uint32_t entry_exchange(struct page_table *table, unsigned index, uint32_t entry)
{
    uint32_t before = table->entries[index];

    __atomic_store_n(&table->entries[index], entry, __ATOMIC_RELEASE);
    return before;
}

/* The rows of a table that may have entries in use, so that a sparse table is searched in little
 * time: bit r is set if any of the entries from r * ROW_ENTRIES on was ever used. */
enum { ROW_ENTRIES = 8, TABLE_ROWS = TABLE_ENTRIES / ROW_ENTRIES };

struct used_rows {
    uint32_t words[TABLE_ROWS / 32];    /* [a] */
};

/* Notes that the entry will be used.  No other thread does so at the same time. */
static inline void row_use(struct used_rows *used, unsigned index)
{
    unsigned row = index / ROW_ENTRIES;
    uint32_t *word = &used->words[row / 32];

    __atomic_store_n(word, *word | 1u << row % 32, __ATOMIC_RELAXED);
}

static inline bool row_is_used(const struct used_rows *used, unsigned index)
{
    unsigned row = index / ROW_ENTRIES;

    return __atomic_load_n(&used->words[row / 32], __ATOMIC_RELAXED) >> row % 32 & 1;
}

/* As table_next(); searches. */
unsigned table_search(const struct page_table *table, const struct used_rows *used, unsigned index,
                      unsigned end);

/* The first index in index <= i < end whose entry is not 0; `end` if there is none.  Used entries
 * often lie side by side. */
static inline unsigned table_next(const struct page_table *table, const struct used_rows *used,
                                  unsigned index, unsigned end)
{
    return index < end && entry_get(table, index) != 0 ? index
                                                       : table_search(table, used, index, end);
}
