/* Tests of the kernel's own map, as the CPU has it. */
#include "vmm/vmm_priv.h"

#include "dev/framebuffer.h"
#include "lib/assert.h"
#include "lib/ktest.h"
#include "pcpu/pcpu.h"
#include "vmm/vmm.h"

extern const char kernel_start[], text_end[], rodata_end[];

/* The entry that translates a kernel address, of the large or the small page. */
static uint32_t entry_at(uintptr_t address)
{
    uint32_t entry = kernel_directory.entries[directory_index(address)];

    if (entry == 0 || (entry & ENTRY_LARGE))
        return entry;
    return ((const struct page_table *)page_pointer(entry_page(entry)))
        ->entries[table_index(address)];
}

KTEST(vmm, kernel_map)
{
    static uint32_t variable;
    static const uint32_t constant = 1;
    uint32_t plain = ENTRY_PRESENT | ENTRY_WRITABLE;

    EXPECT_EQ(entry_at(0), 0);
    EXPECT_EQ(entry_at(PAGE_SIZE) & 7, plain);
    EXPECT_EQ(entry_at((uintptr_t)kernel_start) & 7, ENTRY_PRESENT);
    EXPECT_EQ(entry_at((uintptr_t)text_end - 1) & 7, ENTRY_PRESENT);
    EXPECT_EQ(entry_at((uintptr_t)rodata_end - 1) & 7, ENTRY_PRESENT);
    EXPECT_EQ(entry_at((uintptr_t)&constant) & 7, ENTRY_PRESENT);
    EXPECT_EQ(entry_at((uintptr_t)&variable) & 7, plain);
    EXPECT_EQ(entry_at(pmm_memory_end() - 1) & 7, plain);
    EXPECT_EQ(entry_at(VM_USERLO), 0);
    EXPECT_EQ(entry_at(VM_USERHI - 1), 0);
    EXPECT_EQ(entry_at(0xfee00000) & 0x1f, plain | ENTRY_UNCACHED);
    EXPECT_EQ(entry_at(0xfec00000) & 0x1f, plain | ENTRY_UNCACHED);
    EXPECT_EQ(entry_at(FRAMEBUFFER_LO) != 0, framebuffer_memory().size > 0);
    vmm_check();
}

KTEST(vmm, the_cpu_protects_pages_from_the_kernel)
{
    EXPECT(read_cr0() & CR0_WP);
    EXPECT_EQ(read_cr4() & CR4_SMAP, cpu_features.smap ? CR4_SMAP : 0);
    EXPECT_EQ(read_cr4() & CR4_SMEP, cpu_features.smep ? CR4_SMEP : 0);
}

static void check_control_registers(unsigned index, void *argument)
{
    (void)index;
    intr_local_disable();
    EXPECT_EQ(read_cr0() & (CR0_PG | CR0_WP), CR0_PG | CR0_WP);
    EXPECT_EQ(read_cr4() & ~(CR4_OSFXSR | CR4_OSXMMEXCPT), *(uint32_t *)argument);
    EXPECT_EQ(read_cr3(), page_address(&kernel_directory));
    if (cpu_features.page_attributes)
        EXPECT_EQ(rdmsr(MSR_PAT) >> PAT_SHIFT_1 & 0xff, PAT_WRITE_COMBINING);
    intr_local_enable();
}

/* All CPUs have paging and its protections. */
KTEST(vmm, control_registers)
{
    uint32_t control4 = read_cr4() & ~(CR4_OSFXSR | CR4_OSXMMEXCPT);

    ktest_parallel(16, check_control_registers, &control4);
}
