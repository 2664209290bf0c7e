/* Tests of page-table entries and the search in tables. */
#include "vmm/pagetable_priv.h"

#include "lib/ktest.h"
#include "lib/random.h"

KTEST(vmm, entries)
{
    EXPECT_EQ(directory_index(0), 0);
    EXPECT_EQ(directory_index(0x3fffff), 0);
    EXPECT_EQ(directory_index(0x400000), 1);
    EXPECT_EQ(directory_index(UINT32_MAX), 1023);
    EXPECT_EQ(table_index(0xfff), 0);
    EXPECT_EQ(table_index(0x1000), 1);
    EXPECT_EQ(table_index(0x7ff000), 1023);
    EXPECT_EQ(table_index(UINT32_MAX), 1023);
    for (uint32_t page = 0; page < 0xfff00000; page += 0x123000) {
        uint32_t entry = entry_make(page, ENTRY_PRESENT | ENTRY_USER);
        EXPECT_EQ(entry_page(entry), page);
        EXPECT_EQ(entry, page | 0x65);
    }
}

static unsigned next_plainly(const struct page_table *table, unsigned index, unsigned end)
{
    while (index < end && table->entries[index] == 0)
        index++;
    return index;
}

/* Against a plain search, with entries that came and went. */
KTEST(vmm, table_next)
{
    enum { ROUNDS = 60 };
    static struct page_table table;
    struct random random;
    struct used_rows used = { .words = { 0 } };

    random_seed(&random, 3);
    for (unsigned i = 0; i < TABLE_ENTRIES; i++)
        table.entries[i] = 0;
    EXPECT_EQ(table_next(&table, &used, 0, TABLE_ENTRIES), TABLE_ENTRIES);
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned index = round < 2 ? round * (TABLE_ENTRIES - 1)
                                   : random_below(&random, TABLE_ENTRIES);
        row_use(&used, index);
        EXPECT(row_is_used(&used, index));
        table.entries[index] = random_below(&random, 3);
        unsigned end = round % 2 ? TABLE_ENTRIES : random_below(&random, TABLE_ENTRIES);
        for (unsigned i = 0; i <= end; i++)
            EXPECT_EQ(table_next(&table, &used, i, end), next_plainly(&table, i, end));
    }
}
