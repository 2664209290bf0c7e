/* What an address means: the kernel's own map, address spaces of programs, kernel stacks, and
 * the copying of user memory.
 *
 * Below VM_USERLO and from VM_USERHI up every page directory is the same: physical memory and
 * devices at their own addresses, and the kernel stacks.  These entries never change after
 * vmm_init(), so a trap needs no other page directory and a new one is a short copy.
 *
 * Locks, first taken first: vmm.space (each space's own; two are never held together), then
 * vmm.kstack; and pmm's may be taken under both.  Neither is held while a page is allocated,
 * cleared or copied.  vmm.mailbox (one per CPU) is held with none of them.
 *
 * No function here blocks, though copying user memory may fault.  What takes mappings or rights
 * away (space_map() over another page, space_share(), space_unmap(), space_set_break()) returns
 * when no CPU remembers them, and therefore needs interrupts on and no spinlock held (tlb.c).
 *
 * This header is about the layer's start; the others: space.h, tlb.h, usercopy.h, kstack.h. */
#pragma once

#include "lib/types.h"

/* Builds the kernel's page directory and turns paging on, with write protection for the kernel
 * too and SMEP, SMAP and UMIP where the CPU has them.  Boot processor, once, after
 * pmm_init(). */
void vmm_init(void);

/* Another CPU arrived with the boot processor's CR0, CR3 and CR4: makes sure of it. */
void vmm_init_ap(void);

/* Every program sees this page-aligned object of the kernel at UINFO, and cannot change it.  Once,
 * at boot, before there is a space. */
void vmm_publish(const void *object, size_t size);

/* Panics unless the kernel's map is as it was built.  Call while the CPUs are quiet. */
void vmm_check(void);
