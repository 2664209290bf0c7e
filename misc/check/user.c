/* User memory: programs' addresses mean what the page tables of the CPU say, or what it remembers
 * of them.  A CPU remembers what it may (SDM vol. 3, 4.10.2): the last few pages that it found,
 * until it is told to forget them. */
#include "user.h"

#include "exhaustive.h"
#include "memory.h"
#include "store_buffer.h"

#include "vmm/vmm_priv.h"

#include <string.h>

enum { REMEMBERED = 4 };

static struct mmu {
    uint32_t cr3;
    struct {
        uintptr_t page;                 /* 0: nothing */
        uint32_t  entry;
    } tlb[REMEMBERED];
    unsigned oldest;
} mmus[CPUS_MAX];

void user_memory_reset(void)
{
    memset(mmus, 0, sizeof mmus);
}

static struct mmu *this_mmu(void)
{
    return &mmus[current_cpu()];
}

uint32_t vcpu_read_cr3(void)
{
    return this_mmu()->cr3;
}

static void forget_page(struct mmu *mmu, uintptr_t address)
{
    for (unsigned i = 0; i < REMEMBERED; i++)
        if (mmu->tlb[i].page == ROUND_DOWN(address, PAGE_SIZE))
            mmu->tlb[i].page = 0;
}

/* It serializes (SDM vol. 3, 8.3). */
void vcpu_invlpg(uint32_t address)
{
    step_drain((uintptr_t)__builtin_return_address(0));
    forget_page(this_mmu(), address);
}

static inline bool is_user_address(uintptr_t address)
{
    return address >= VM_USERLO && address < UTOP;
}

/* The entry for that page in the table that the CPU has loaded; 0: there is none. */
static uint32_t walk(uint32_t directory, uintptr_t page)
{
    const struct page_table *table = page_pointer(directory);

    if (directory == 0)
        return 0;
    uint32_t entry = table->entries[page / SUPERPAGE_SIZE];
    if (!(entry & ENTRY_PRESENT))
        return 0;
    table = page_pointer(entry_page(entry));
    entry = table->entries[page / PAGE_SIZE % TABLE_ENTRIES];
    return entry & ENTRY_PRESENT ? entry : 0;
}

static uint32_t walk_and_remember(struct mmu *mmu, uintptr_t page)
{
    uint32_t entry = walk(mmu->cr3, page);

    if (entry) {
        mmu->tlb[mmu->oldest].page = page;
        mmu->tlb[mmu->oldest].entry = entry;
        mmu->oldest = (mmu->oldest + 1) % REMEMBERED;
    }
    return entry;
}

/* A CPU may walk the table before the program asks for anything (SDM vol. 3, 4.10.2.3): this one
 * does, for the program's first pages. */
void vcpu_write_cr3(uint32_t value)
{
    step_drain((uintptr_t)__builtin_return_address(0));
    exhaustive_note_unseen();
    *this_mmu() = (struct mmu){ .cr3 = value };
    for (unsigned i = 0; i < REMEMBERED; i++)
        (void)walk_and_remember(this_mmu(), VM_USERLO + i * PAGE_SIZE);
}

static uint32_t find_entry(struct mmu *mmu, uintptr_t page)
{
    for (unsigned i = 0; i < REMEMBERED; i++)
        if (mmu->tlb[i].page == page)
            return mmu->tlb[i].entry;
    return walk_and_remember(mmu, page);
}

/* Where that byte lies, or 0: there is no page, or it may not be accessed so.  Then what was
 * remembered of the page is forgotten, too (SDM vol. 3, 4.10.4.1). */
static uintptr_t find_byte(uintptr_t address, enum access access)
{
    if (!is_user_address(address))
        return address;
    uint32_t entry = find_entry(this_mmu(), ROUND_DOWN(address, PAGE_SIZE));
    if (entry && (access == READ || (entry & ENTRY_WRITABLE)))
        return entry_page(entry) + address % PAGE_SIZE;
    forget_page(this_mmu(), address);
    return 0;
}

static bool find_both(uintptr_t to, uintptr_t *target, uintptr_t from, uintptr_t *source)
{
    *source = find_byte(from, READ);
    *target = find_byte(to, WRITE);
    return *source && *target;
}

/* A word at a time, as the CPU does it: another one may change it before and after.  At the step
 * the turn may change, or an interrupt come: so the places are found again after that. */
static bool copy_piece(uintptr_t to, uintptr_t from, size_t size, uintptr_t place)
{
    uintptr_t source, target;

    if (!find_both(to, &target, from, &source))
        return false;
    step_open(is_user_address(from) ? "copies from" : "copies to", place);
    stores_drain(current_cpu());
    if (!find_both(to, &target, from, &source))
        return false;
    memcpy((void *)target, (const void *)source, size);
    step_read(source);
    step_wrote(target);
    memory_note_write(target, size);
    return true;
}

bool vcpu_copy(uintptr_t to, uintptr_t from, size_t size)
{
    uintptr_t place = (uintptr_t)__builtin_return_address(0);
    size_t piece;

    for (; size > 0; to += piece, from += piece, size -= piece) {
        piece = size >= 4 && to % 4 == 0 && from % 4 == 0 ? 4 : 1;
        if (!copy_piece(to, from, piece, place))
            return false;
    }
    return true;
}
