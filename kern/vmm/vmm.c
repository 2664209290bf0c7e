/* The start of this layer: paging goes on. */
#include "vmm/vmm.h"

#include "dev/framebuffer.h"
#include "lib/assert.h"
#include "pcpu/pcpu.h"
#include "vmm/vmm_priv.h"

/* Bits of CR0 and CR4 that this layer answers for, on every CPU. */
static const uint32_t control0 = CR0_PG | CR0_WP;

static uint32_t cr4_bits(void)
{
    return CR4_PSE | (cpu_features.global_pages ? CR4_PGE : 0) |
           (cpu_features.smep ? CR4_SMEP : 0) | (cpu_features.smap ? CR4_SMAP : 0) |
           (cpu_features.umip ? CR4_UMIP : 0);
}

/* Gives ENTRY_WRITE_COMBINING its meaning (SDM vol. 3, 11.12): on each CPU, before anything is
 * mapped so there. */
static void set_page_attributes(void)
{
    if (!cpu_features.page_attributes)
        return;
    uint64_t others = rdmsr(MSR_PAT) & ~(0xffull << PAT_SHIFT_1);
    wrmsr(MSR_PAT, others | (uint64_t)PAT_WRITE_COMBINING << PAT_SHIFT_1);
}

/* 4 MB pages must be allowed before paging is on, global ones after (SDM vol. 3, 4.10.2.4). */
void vmm_init(void)
{
    kernel_map_build();
    kstack_init();
    set_page_attributes();
    write_cr4(read_cr4() | CR4_PSE);
    write_cr3(page_address(&kernel_directory));
    write_cr0((read_cr0() & ~(CR0_CD | CR0_NW)) | control0);
    write_cr4(read_cr4() | cr4_bits());
    framebuffer_move((uint8_t *)FRAMEBUFFER_LO + framebuffer_memory().start % SUPERPAGE_SIZE);
}

void vmm_init_ap(void)
{
    set_page_attributes();
    write_cr0((read_cr0() & ~(CR0_CD | CR0_NW)) | control0);
    write_cr4(read_cr4() | cr4_bits());
    KERN_ASSERT(read_cr3() == page_address(&kernel_directory));
}

void vmm_check(void)
{
    KERN_ASSERT((read_cr0() & control0) == control0);
    KERN_ASSERT((read_cr4() & cr4_bits()) == cr4_bits());
    kernel_map_check();
}
