/* User memory: programs' addresses mean what the page tables of the CPU say. */
#include "memory.h"

#include "vmm/vmm_priv.h"

#include <string.h>

static inline bool is_user_address(uintptr_t address)
{
    return address >= VM_USERLO && address < UTOP;
}

/* Where that byte lies, or 0: there is no page, or it may not be accessed so. */
static uintptr_t find_byte(uintptr_t address, enum access access)
{
    const struct page_table *table = page_pointer(vcpu_read_cr3());

    if (!is_user_address(address))
        return address;
    if (vcpu_read_cr3() == 0)
        return 0;
    uint32_t entry = table->entries[address / SUPERPAGE_SIZE];
    if (!(entry & ENTRY_PRESENT))
        return 0;
    table = page_pointer(entry_page(entry));
    entry = table->entries[address / PAGE_SIZE % TABLE_ENTRIES];
    if (!(entry & ENTRY_PRESENT) || (access == WRITE && !(entry & ENTRY_WRITABLE)))
        return 0;
    return entry_page(entry) + address % PAGE_SIZE;
}

/* A word at a time, as the CPU does it: another one may change it before and after. */
static bool copy_piece(uintptr_t to, uintptr_t from, size_t size, uintptr_t place)
{
    uintptr_t source = find_byte(from, READ), target = find_byte(to, WRITE);

    if (!source || !target)
        return false;
    step_access("copies from", source, READ, place);
    step_access("copies to", target, WRITE, place);
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
