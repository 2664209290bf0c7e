/* Page tables as arrays of numbers. */
#include "vmm/pagetable_priv.h"

unsigned table_next(const struct page_table *table, uint32_t groups, unsigned index)
{
    while (index < TABLE_ENTRIES) {
        uint32_t rest = groups >> index / GROUP_ENTRIES;    /* bit 0: the group of `index` */
        if (rest == 0)
            break;
        if (!(rest & 1))
            index = (index / GROUP_ENTRIES + (unsigned)__builtin_ctz(rest)) * GROUP_ENTRIES;
        unsigned end = (index / GROUP_ENTRIES + 1) * GROUP_ENTRIES;
        for (; index < end; index++)
            if (entry_get(table, index) != 0)
                return index;
    }
    return TABLE_ENTRIES;
}
