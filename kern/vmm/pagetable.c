/* Page tables as arrays of numbers. */
#include "vmm/pagetable_priv.h"

enum { ROW = 8 };

static uint32_t any_of_four(const struct page_table *table, unsigned index)
{
    return entry_get(table, index) | entry_get(table, index + 1) |
           entry_get(table, index + 2) | entry_get(table, index + 3);
}

/* Are all entries empty from `index`, a multiple of ROW, on?  Most are. */
static bool is_empty_row(const struct page_table *table, unsigned index)
{
    return (any_of_four(table, index) | any_of_four(table, index + 4)) == 0;
}

unsigned table_next(const struct page_table *table, uint32_t groups, unsigned index)
{
    while (index < TABLE_ENTRIES) {
        uint32_t rest = groups >> index / GROUP_ENTRIES;    /* bit 0: the group of `index` */
        if (rest == 0)
            break;
        if (!(rest & 1))
            index = (index / GROUP_ENTRIES + (unsigned)__builtin_ctz(rest)) * GROUP_ENTRIES;
        unsigned end = (index / GROUP_ENTRIES + 1) * GROUP_ENTRIES;
        while (index < end) {
            if (index % ROW == 0 && is_empty_row(table, index))
                index += ROW;
            else if (entry_get(table, index) != 0)
                return index;
            else
                index++;
        }
    }
    return TABLE_ENTRIES;
}
