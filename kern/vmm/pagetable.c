/* Page tables as arrays of numbers. */
#include "vmm/pagetable_priv.h"

/* The first row from `row` on that may have entries in use; TABLE_ROWS: there is none. */
static unsigned next_used_row(const struct used_rows *used, unsigned row)
{
    for (; row < TABLE_ROWS; row = ROUND_DOWN(row, 32) + 32) {
        uint32_t rest = __atomic_load_n(&used->words[row / 32], __ATOMIC_RELAXED) >> row % 32;
        if (rest != 0)
            return row + (unsigned)__builtin_ctz(rest);
    }
    return TABLE_ROWS;
}

unsigned table_search(const struct page_table *table, const struct used_rows *used, unsigned index,
                      unsigned end)
{
    while (index < end) {
        unsigned row = next_used_row(used, index / ROW_ENTRIES);
        unsigned row_end = MIN(end, (row + 1) * ROW_ENTRIES);
        for (index = MAX(index, row * ROW_ENTRIES); index < row_end; index++)
            if (entry_get(table, index) != 0)
                return index;
    }
    return end;
}
