/* What an address means: the kernel's own map, address spaces of programs, kernel stacks, and
 * the copying of user memory.
 *
 * Below VM_USERLO and from DEVICE_LO up every page directory is the same: physical memory and
 * devices at their own addresses, and the kernel stacks.  These entries never change after
 * vmm_init(), so a trap needs no other page directory and a new one is a short copy.
 *
 * Locks, first taken first: vmm.space (each space's own; two are never held together), then
 * vmm.kstack; and pmm's may be taken under both.  Neither is held while a page is allocated,
 * cleared or copied.  vmm.mailbox (one per CPU) is held with none of them.
 *
 * No function here blocks, though copying user memory may fault.  What takes mappings or rights
 * away (space_map() over another page, space_share(), space_unmap(), space_set_break()) returns
 * when no CPU remembers them, and therefore needs interrupts on and no spinlock held (tlb.c). */
#pragma once

#include "abi/error.h"
#include "abi/layout.h"
#include "lib/types.h"
#include "pcpu/spinlock.h"
#include "pmm/pmm.h"

/* --- the kernel's map (kernel_map.c) ----------------------------------------------------- */

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

/* --- address spaces (space.c, demand.c) -------------------------------------------------- */

/* What a mapping permits, as in a page-table entry (SDM vol. 3, table 4-6). */
enum {
    PERM_READ      = 0,                 /* always */
    PERM_WRITE     = 0x002,
    PERM_AVAILABLE = 0xE00,             /* three bits for the program's own use */
};

struct page_table;

/* [I] set by space_create()  [s] its lock  [a] atomic
 *
 * Entries of the directory and of page tables are written under the lock, and read without it
 * as atomics: a page table, once there, stays until the space is destroyed. */
struct space {
    struct spinlock    lock;
    struct page_table *directory;       /* [I] entries [s] for writing, [a] for reading */
    struct quota      *quota;           /* [I] pays for every page, table and the directory */
    uint32_t           pages;           /* [s] how many that are */
    uint32_t           changes;         /* [s] for writing, [a] for reading: entries changed */
    uaddr_t            heap_lo;         /* [I] page-aligned; set by space_set_heap() */
    uaddr_t            heap_break;      /* [s] for writing, [a] for reading */
    uint32_t           active[(NUM_CPUS + 31) / 32];    /* [a] the CPUs that have it loaded */
};

/* An empty space: no page, no heap, a stack of USTACK_SIZE that fills on demand.
 * E_EXCEEDS_QUOTA or E_MEM. */
MUST_USE int space_create(struct space *space, struct quota *quota);

/* Gives back every page and its charge.  The space must not be active anywhere, and nobody may
 * use it any more. */
void space_destroy(struct space *space);

/* Loads the space, or the kernel's own map if NULL, on this CPU, if it is not loaded already.
 * Whoever stops running in a space calls this before the space may be destroyed.
 * Interrupts off; callable with any lock held. */
void space_activate(struct space *space);

/* The space that this CPU has loaded, or NULL.  Interrupts off. */
struct space *space_active(void);

/* In the following, `va` is page-aligned and in VM_USERLO..UTOP, or the answer is E_INVAL_ADDR;
 * other bits than PERM_... give E_INVAL_ARG.  Page tables that are needed are charged, too. */

/* Maps a page of which the caller has a reference charged to space->quota: the space has it
 * from now on, unless this fails.  A page that was mapped there is released. */
MUST_USE int space_map(struct space *space, uaddr_t va, paddr_t page, uint32_t perm);

/* The same with a new page full of zeros. */
MUST_USE int space_alloc_page(struct space *space, uaddr_t va, uint32_t perm);

struct space_place {
    struct space *space;
    uaddr_t       va;
};

/* Maps the page that is mapped at `from` also at `to`, whose space is charged for it.  What was
 * mapped at `to` is released.  E_INVAL_ADDR if nothing is mapped at `from`; E_INVAL_ARG if `perm`
 * has PERM_WRITE and the mapping there has not.  If both places are the same, the permissions
 * change. */
MUST_USE int space_share(const struct space_place *from, const struct space_place *to,
                         uint32_t perm);

/* Releases the page mapped at `va`, if there is one. */
MUST_USE int space_unmap(struct space *space, uaddr_t va);

/* What is mapped at `va`, or E_INVAL_ADDR.  Out of date at once unless the caller knows that
 * nobody else changes the space. */
MUST_USE int space_lookup(struct space *space, uaddr_t va, paddr_t *page, uint32_t *perm);

/* One more reference to the page mapped at `va`, charged to `payer`, for a mapping elsewhere with
 * `perm`.  E_INVAL_ADDR: nothing is mapped there; E_INVAL_ARG: `perm` permits writing and the
 * mapping does not; E_EXCEEDS_QUOTA.  Locks of higher layers may be held. */
MUST_USE int space_take_reference(struct space *space, uaddr_t va, uint32_t perm,
                                  struct quota *payer, paddr_t *page);

/* From now on space_map() at `va` needs no page table, and so cannot fail.  E_EXCEEDS_QUOTA or
 * E_MEM. */
MUST_USE int space_prepare(struct space *space, uaddr_t va);

/* Copies into a space, which need not be active, pages that are mapped there, be they writable
 * for the program or not; else E_INVAL_ADDR and nothing written.  Any `va`.  For setting up a
 * space that nobody else uses yet. */
MUST_USE int space_write(struct space *space, uaddr_t va, const void *data, size_t size);

/* The heap begins, and so far ends, at `heap_lo`, page-aligned and in VM_USERLO..UHEAP_HI.
 * Once, before the space runs. */
MUST_USE int space_set_heap(struct space *space, uaddr_t heap_lo);

/* A space that nobody uses yet gets the heap of another one, without its pages. */
void space_copy_heap(struct space *space, const struct space *from);

/* The heap ends at `heap_break`, in heap_lo..UHEAP_HI: growing maps nothing yet, shrinking
 * releases what lies wholly above.  E_INVAL_ADDR and nothing changed if it lies elsewhere.
 * Callers that move one space's break at the same time can lose each other's pages. */
MUST_USE int space_set_break(struct space *space, uaddr_t heap_break);

enum space_access { SPACE_READ, SPACE_WRITE };

/* The program, or the kernel on its behalf, could not access `va`.  0: it can now (a page of
 * zeros was put there, or another thread has done so already).  E_INVAL_ADDR: it must not.
 * E_EXCEEDS_QUOTA, E_MEM: no page.  Interrupts on, no spinlock held. */
MUST_USE int space_fault(struct space *space, uaddr_t va, enum space_access access);

/* Panics unless the space is sound: the kernel's half is the kernel's, the view of the page
 * table is read-only, no page table is shared, each mapped page is held, and the charge is
 * exact.  The caller keeps the space from changing. */
void space_check(struct space *space);

/* The part of it that holds at any time: debug builds panic if the space shares a page table or
 * its directory with another one. */
void space_check_tables(struct space *space);

/* Another CPU asked this one to forget mappings (VECTOR_SHOOTDOWN).  Interrupts off. */
void shootdown_service(void);

/* The same if there is any: for code that spins with interrupts off and is waited for by whoever
 * asks. */
void shootdown_poll(void);

/* --- user memory (usercopy.c) ------------------------------------------------------------ */

/* The only ways to touch user memory, that of the active space.  Any address and size: what is
 * not the program's to read, or to write, gives E_INVAL_ADDR (a copy may then have been done in
 * part).  Interrupts on, no spinlock held: a page may have to be filled first. */
MUST_USE int copy_from_user(void *to, uaddr_t from, size_t size);
MUST_USE int copy_to_user(uaddr_t to, const void *from, size_t size);

/* Copies a string with its terminating 0 and stores its length without it.  E_INVAL_ARG if it
 * does not end within `max` bytes. */
MUST_USE int copy_string_from_user(char *to, uaddr_t from, size_t max, size_t *length);

/* If a fault at *eip is one that the functions above provide for, changes *eip to where they go
 * on after it, and returns true.  For the page-fault handler: any other fault of the kernel at
 * a user address is a bug, even if there could be a page. */
bool usercopy_fixup(uint32_t *eip);

/* --- kernel stacks (kstack.c) ------------------------------------------------------------ */

/* Each stack is the upper part of a slot of KSTACK_SLOT bytes, aligned to its size; below it
 * nothing is mapped. */
#ifdef DEBUG
#define KSTACK_PAGES    3
#else
#define KSTACK_PAGES    2
#endif

/* A stack charged to `quota`; *top is the end of its slot.  E_EXCEEDS_QUOTA or E_MEM. */
MUST_USE int kstack_alloc(struct quota *quota, void **top);

/* Gives a stack and its charge back.  Nobody may be running on it.  It stays mapped, for the
 * next one who asks. */
void kstack_free(struct quota *quota, void *top);

struct kstack_usage {
    unsigned stacks;                    /* ever made */
    unsigned cached;                    /* of these, not in use: KSTACK_PAGES pages each that
                                         * are charged to nobody */
    unsigned deepest;                   /* bytes that any stack given back had used (debug) */
};

/* Exact only while nobody allocates or frees. */
struct kstack_usage kstack_usage(void);
