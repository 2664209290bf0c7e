/* Tests of the kernel's own use of SSE.  That programs keep their registers, user/tests/fpu.c
 * tests. */
#include "pcpu/fpu.h"

#include "lib/ktest.h"
#include "lib/string.h"
#include "pcpu/pcpu.h"

static uint8_t pages[3 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static void expect_filled(const uint8_t *page, uint8_t value)
{
    unsigned different = 0;

    for (unsigned i = 0; i < PAGE_SIZE; i++)
        different += page[i] != value;
    EXPECT_EQ(different, 0);
}

KTEST(pcpu, clear_page)
{
    uint32_t cr0 = read_cr0();

    memset(pages, 0xa5, sizeof pages);
    fpu_clear_page(pages + PAGE_SIZE);
    expect_filled(pages, 0xa5);
    expect_filled(pages + PAGE_SIZE, 0);
    expect_filled(pages + 2 * PAGE_SIZE, 0xa5);
    EXPECT_EQ(read_cr0(), cr0);
    EXPECT(intr_are_enabled());
}

KTEST(pcpu, clear_page_interrupts_off)
{
    intr_local_disable();
    memset(pages, 0xa5, PAGE_SIZE);
    fpu_clear_page(pages);
    EXPECT(!intr_are_enabled());
    intr_local_enable();
    expect_filled(pages, 0);
}

KTEST(pcpu, copy_page)
{
    uint32_t cr0 = read_cr0();

    memset(pages, 0xa5, sizeof pages);
    for (unsigned i = 0; i < PAGE_SIZE; i++)
        pages[i] = (uint8_t)(i ^ i >> 8);
    fpu_copy_page(pages + PAGE_SIZE, pages);
    EXPECT_EQ(memcmp(pages, pages + PAGE_SIZE, PAGE_SIZE), 0);
    EXPECT_EQ(pages[PAGE_SIZE - 1], (uint8_t)(0xff ^ 0xf));
    expect_filled(pages + 2 * PAGE_SIZE, 0xa5);
    EXPECT_EQ(read_cr0(), cr0);
    EXPECT(intr_are_enabled());
}
