/* Memory that a program gets is zero: its bss, its heap, a heap that shrank and grew again, and
 * what another process has just given back.  The heap is charged page by page, on first use. */
#include "abi/layout.h"
#include "check.h"
#include "proc.h"
#include "stdlib.h"
#include "string.h"

#define PAGES 64
#define SIZE  (PAGES * PAGE_SIZE)

static char some_data[] = "data, so that the page with the end of .data is shared with .bss";
static uint8_t bss[3 * PAGE_SIZE];

static bool is_zero(const uint8_t *bytes, size_t size)
{
    size_t i = 0;

    while (i < size && bytes[i] == 0)
        i++;
    return i == size;
}

static uint8_t *grow(int bytes)
{
    void *old_end = NULL;

    CHECK_EQ(sys_sbrk(bytes, &old_end), 0);
    return old_end;
}

static unsigned pages_used(void)
{
    struct quota quota = { 0 };

    CHECK_EQ(sys_quota(&quota), 0);
    return quota.used;
}

static void fill_and_leave(void)
{
    memset(bss, 0xaa, sizeof bss);
    memset(grow(SIZE), 0xbb, SIZE);
}

static void check_heap(void)
{
    unsigned before = pages_used();
    uint8_t *heap = grow(SIZE);

    CHECK_EQ(pages_used(), before);
    for (unsigned i = 0; i < PAGES; i++) {
        CHECK(is_zero(heap + i * PAGE_SIZE, PAGE_SIZE));
        memset(heap + i * PAGE_SIZE, 0xcc, PAGE_SIZE);
    }
    unsigned full = pages_used();
    CHECK(full >= before + PAGES && full <= before + PAGES + 2);    /* and page tables */
    grow(-SIZE);
    CHECK(pages_used() <= full - PAGES);
    CHECK(grow(SIZE) == heap);
    CHECK(is_zero(heap, SIZE));
    grow(-SIZE);

    grow(100);                              /* a part of a page goes and comes back */
    memset(heap, 0xdd, 100);
    grow(-50);
    CHECK_EQ(heap[49], 0xdd);
    grow(-50);
    grow(SIZE);
    CHECK(is_zero(heap, SIZE));
}

int main(int argc, char **argv UNUSED)
{
    CHECK(is_zero(bss, sizeof bss));
    CHECK(some_data[0] == 'd');
    if (argc > 1) {
        fill_and_leave();
        return check_result();
    }
    check_heap();
    for (unsigned i = 0; i < 5; i++)
        CHECK_EQ(run("zero child", 3 * PAGES), EXIT_SUCCESS);
    CHECK(is_zero(grow(SIZE), SIZE));
    return check_result();
}
