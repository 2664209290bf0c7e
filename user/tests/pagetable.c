/* A program can read its own page table, as it is: at UVPT + 4 * page number (abi/layout.h). */
#include "abi/layout.h"
#include "check.h"
#include "proc.h"

#define PRESENT     0x001               /* SDM vol. 3, table 4-6 */
#define WRITABLE    0x002
#define USER        0x004
#define ACCESSED    0x020
#define DIRTY       0x040
#define PERMISSIONS (PRESENT | WRITABLE | USER)

#define ADDRESS(object) ((uint32_t)(uintptr_t)(object))

static const char constant[] = "constant";
static char data[] = "data";

/* The directory is the page table of the view itself. */
static uint32_t directory_entry(uint32_t address)
{
    const volatile uint32_t *directory = (void *)(uintptr_t)(UVPT + UVPT / 1024);

    return directory[address / SUPERPAGE_SIZE];
}

static uint32_t entry(uint32_t address)
{
    const volatile uint32_t *table = (void *)(uintptr_t)UVPT;

    return directory_entry(address) & PRESENT ? table[address / PAGE_SIZE] : 0;
}

static void check_heap(void)
{
    void *heap = NULL;

    CHECK_EQ(sys_sbrk(2 * PAGE_SIZE, &heap), 0);
    CHECK_EQ(entry(ADDRESS(heap)), 0);
    *(volatile char *)heap = 1;
    CHECK_EQ(entry(ADDRESS(heap)) & PERMISSIONS, PERMISSIONS);
    CHECK_EQ(entry(ADDRESS(heap)) & (ACCESSED | DIRTY), ACCESSED | DIRTY);
    CHECK_EQ(entry(ADDRESS(heap) + PAGE_SIZE), 0);
    CHECK_EQ(sys_sbrk(-2 * PAGE_SIZE, &heap), 0);
    CHECK_EQ(entry(ADDRESS(heap) - 2 * PAGE_SIZE), 0);
}

int main(void)
{
    uint32_t local;

    CHECK_EQ(entry(VM_USERLO) & PERMISSIONS, PRESENT | USER);
    CHECK_EQ(entry(ADDRESS(constant)) & PERMISSIONS, PRESENT | USER);
    CHECK_EQ(entry(ADDRESS(data)) & PERMISSIONS, PERMISSIONS);
    CHECK_EQ(entry(ADDRESS(&local)) & PERMISSIONS, PERMISSIONS);
    CHECK_EQ(entry(USTACK_LO), 0);
    CHECK_EQ(entry(USTACKTOP), 0);
    check_heap();

    /* The kernel's half and the devices are not for programs; the view is not for writing. */
    CHECK_EQ(directory_entry(0) & USER, 0);
    CHECK_EQ(directory_entry(WINDOW_LO) & USER, 0);
    CHECK_EQ(directory_entry(DEVICE_LO) & USER, 0);
    CHECK_EQ(directory_entry(UVPT) & PERMISSIONS, PRESENT | USER);
    return check_result();
}
