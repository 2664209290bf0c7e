/* Page tables as arrays of numbers. */
#include "vmm/pagetable_priv.h"

unsigned table_next(const struct page_table *table, uint32_t groups, unsigned index)
{
    while (index < TABLE_ENTRIES) {
        if (!(groups & group_bit(index)))
            index = (index / GROUP_ENTRIES + 1) * GROUP_ENTRIES;
        else if (entry_get(table, index) == 0)
            index++;
        else
            break;
    }
    return index;
}
