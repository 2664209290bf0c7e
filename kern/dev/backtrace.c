/* Backtraces by frame pointers. */
#include "dev/backtrace_priv.h"

#include "abi/layout.h"
#include "dev/ksyms_priv.h"
#include "dev/log.h"
#include "lib/printf.h"
#include "pcpu/frame.h"
#include "pcpu/pcpu.h"

enum { DEPTH_MAX = 32 };
#define PAGE_PRESENT    0x001           /* SDM vol. 3, 4.3 */
#define PAGE_LARGE      0x080

/* The frame of trap(), as trap/entry.S calls it. */
struct trap_call {
    struct stack_frame frame;
    struct trapframe   interrupted;
};

uintptr_t panic_trap_returns[2];

/* May the kernel read there?  Page tables lie below KERNEL_LIMIT, at their physical address. */
static bool is_mapped(uintptr_t address)
{
    const uint32_t *table = (const uint32_t *)(read_cr3() & ~(uint32_t)(PAGE_SIZE - 1));

    if (!(read_cr0() & CR0_PG))
        return true;
    uint32_t entry = table[address / SUPERPAGE_SIZE];
    if (!(entry & PAGE_PRESENT) || (entry & PAGE_LARGE))
        return entry & PAGE_PRESENT;
    table = (const uint32_t *)(entry & ~(uint32_t)(PAGE_SIZE - 1));
    return table[address / PAGE_SIZE % (SUPERPAGE_SIZE / PAGE_SIZE)] & PAGE_PRESENT;
}

bool is_readable(const void *start, size_t size)
{
    uintptr_t address = (uintptr_t)start;

    return ((address >= PAGE_SIZE && address < WINDOW_HI) ||
            (address >= HIGH_WINDOW_LO && address < HIGH_WINDOW_HI)) &&
           is_mapped(address) && is_mapped(address + size - 1);
}

void panic_print_address(const char *prefix, uintptr_t address)
{
    struct ksym symbol;

    if (!ksyms_lookup(address, &symbol))
        KERN_INFO("%s0x%08x\n", prefix, (unsigned)address);
    else if (!symbol.file)
        KERN_INFO("%s0x%08x %s+0x%x\n", prefix, (unsigned)address, symbol.function,
                  symbol.offset);
    else
        KERN_INFO("%s0x%08x %s+0x%x (%s:%u)\n", prefix, (unsigned)address, symbol.function,
                  symbol.offset, symbol.file, symbol.line);
}

void code_place(uintptr_t address, char *text, size_t size)
{
    struct ksym symbol;

    if (ksyms_lookup(address - 1, &symbol) && symbol.file)
        snprintf(text, size, "%s (%s:%u)", symbol.function, symbol.file, symbol.line);
    else
        snprintf(text, size, "0x%08x", (unsigned)address);
}

static bool is_in_user_mode(uintptr_t eip)
{
    return eip >= VM_USERLO && eip < VM_USERHI;
}

/* Prints what the trap interrupted.  The entry code leaves EBP alone, so what it was then is
 * what trap() saved: the chain of frames goes on by itself. */
static void print_interrupted(const struct stack_frame *frame)
{
    const struct trapframe *t = &((const struct trap_call *)(const void *)frame)->interrupted;

    KERN_INFO("    --- vector %u, interrupted:\n", t->vector);
    if (is_in_user_mode(t->eip))
        KERN_INFO("    user mode at 0x%08x\n", t->eip);
    else
        panic_print_address("    ", t->eip);
}

static bool is_trap_return(uintptr_t address)
{
    return address == panic_trap_returns[0] || address == panic_trap_returns[1];
}

void print_backtrace(const struct panic_place *place)
{
    const struct stack_frame *frame = NULL;

    if (is_in_user_mode(place->eip)) {
        KERN_INFO("    user mode at 0x%08x\n", (unsigned)place->eip);
        return;
    }
    panic_print_address("    ", place->eip);
    if (stack_frame_is_sound(place->ebp))
        frame = (const struct stack_frame *)place->ebp;
    for (unsigned depth = 0; depth < DEPTH_MAX && frame; depth++) {
        if (!is_readable(frame, sizeof *frame) || frame->return_address == 0)
            return;
        if (is_trap_return(frame->return_address))
            print_interrupted(frame);
        else                            /* the call, not what follows it: another function? */
            panic_print_address("    ", frame->return_address - 1);
        frame = stack_frame_caller(frame);
    }
}
