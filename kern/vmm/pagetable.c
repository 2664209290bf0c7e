/* Page tables as arrays of numbers. */
#include "vmm/pagetable_priv.h"

enum { ROW = 8 };

static inline uint32_t any_of_four(const struct page_table *table, unsigned index)
{
    return entry_get(table, index) | entry_get(table, index + 1) |
           entry_get(table, index + 2) | entry_get(table, index + 3);
}

/* Are all entries empty from `index`, a multiple of ROW, on?  Most are. */
static inline bool is_empty_row(const struct page_table *table, unsigned index)
{
    return (any_of_four(table, index) | any_of_four(table, index + 4)) == 0;
}

/* As table_search(), for entries of one group. */
static unsigned next_in_group(const struct page_table *table, unsigned index, unsigned end)
{
    while (index < end && entry_get(table, index) == 0)
        index += index % ROW == 0 && is_empty_row(table, index) ? ROW : 1;
    return MIN(index, end);
}

unsigned table_search(const struct page_table *table, uint32_t groups, unsigned index,
                      unsigned end)
{
    while (index < end) {
        uint32_t rest = groups >> index / GROUP_ENTRIES;    /* bit 0: the group of `index` */
        if (rest == 0)
            break;
        if (!(rest & 1))
            index = (index / GROUP_ENTRIES + (unsigned)__builtin_ctz(rest)) * GROUP_ENTRIES;
        unsigned group_end = MIN(end, ROUND_DOWN(index, GROUP_ENTRIES) + GROUP_ENTRIES);
        index = next_in_group(table, index, group_end);
        if (index < group_end)
            return index;
    }
    return end;
}
