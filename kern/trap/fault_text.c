/* Exceptions in words: for the kernel's own report, and for the one about a program. */
#include "trap/trap_priv.h"

#include "abi/layout.h"
#include "dev/log.h"
#include "lib/printf.h"
#include "proc/proc.h"
#include "thread/thread.h"
#include "vmm/space.h"
#include "vmm/usercopy.h"

enum { STACK_REACH = 32 };              /* what is pushed lies below ESP */
#define STACK_MAX   (1024 * PAGE_SIZE)  /* how far from ESP a fault is the stack's */

static const char *const exception_names[] = {
    "divide error", "debug exception", "NMI", "breakpoint", "overflow", "bound exceeded",
    "invalid opcode", "no FPU", "double fault", "FPU segment overrun", "invalid TSS",
    "segment not present", "stack fault", "general protection fault", "page fault",
    "reserved exception", "FPU error", "alignment check", "machine check", "SIMD exception",
};

const char *exception_name(uint32_t vector)
{
    return vector < ARRAY_SIZE(exception_names)
           ? exception_names[vector] : "reserved exception";
}

const char *page_fault_kind(uint32_t error)
{
    bool present = error & PAGE_FAULT_PRESENT;

    if (error & PAGE_FAULT_WRITE)
        return present ? "write to a protected page" : "write to an unmapped page";
    return present ? "read of a protected page" : "read of an unmapped page";
}

/* --- what a program did --- */

struct text {
    char bytes[100];
};

static bool is_mapped(uaddr_t va)
{
    paddr_t page;
    uint32_t perm;

    return space_lookup(thread_current()->space, ROUND_DOWN(va, PAGE_SIZE), &page, &perm) == 0;
}

/* The program's counter is where the fault is: it went there, by a call most often. */
static bool is_jump(const struct trapframe *frame, uaddr_t address)
{
    return frame->eip == address && !(frame->error & PAGE_FAULT_WRITE);
}

/* The mapped pages above an address that is on none, in bytes; a main stack fills on demand. */
static unsigned stack_above(uaddr_t address)
{
    uaddr_t low = ROUND_UP(address, PAGE_SIZE);

    if (address < USTACK_LO && USTACK_LO - address < STACK_MAX)
        return USTACK_SIZE;
    while (!is_mapped(low) && low - address < STACK_MAX)
        low += PAGE_SIZE;
    uaddr_t high = low;
    while (is_mapped(high) && high - low < STACK_MAX)
        high += PAGE_SIZE;
    return high - low;
}

/* The word that a push would write is on no page, and the fault is there or above.  Returns the
 * size of the stack, or 0 if it was something else. */
static unsigned overflown_stack(const struct trapframe *frame, uaddr_t address)
{
    uaddr_t next = frame->esp - sizeof(uint32_t);
    bool is_near = address - (next - STACK_REACH) < STACK_MAX;

    return next >= VM_USERLO && is_near && !is_mapped(next) ? stack_above(next) : 0;
}

static const char *kind_of_address(const struct trapframe *frame, uaddr_t address)
{
    if (address < PAGE_SIZE)
        return is_jump(frame, address) ? "call of a function pointer that is NULL"
                                       : "a pointer that is NULL was used";
    if (address < VM_USERLO || address >= UTOP)
        return "a program's addresses begin at 0x40000000; all below is the kernel's";
    return is_jump(frame, address) ? "jump to an unmapped page" : page_fault_kind(frame->error);
}

static void write_quota_text(char *to, size_t size)
{
    struct account quota = proc_quota();
    int length = snprintf(to, size, "out of memory: the quota of %u pages is used up", quota.limit);

    if (quota.delegated > 0)
        snprintf(to + length, size - (size_t)length, ", %u of them given to children",
                 quota.delegated);
}

static struct text page_fault_text(const struct trapframe *frame,
                                   const struct page_trouble *trouble)
{
    struct text text;
    char *to = text.bytes;
    size_t size = sizeof text.bytes;
    unsigned stack = overflown_stack(frame, trouble->address);

    if (trouble->error == E_EXCEEDS_QUOTA)
        write_quota_text(to, size);
    else if (trouble->error == E_MEM)
        snprintf(to, size, "out of memory: the machine has no free page");
    else if (stack > 0)
        snprintf(to, size, "stack overflow: the stack has %u KB", stack / 1024);
    else
        snprintf(to, size, "%s", kind_of_address(frame, trouble->address));
    return text;
}

/* " (main+0x6)", or nothing. */
static struct text place_text(uaddr_t address)
{
    struct text text = { "" };
    struct elf_symbol symbol;

    if (proc_find_symbol(address, &symbol))
        snprintf(text.bytes, sizeof text.bytes, " (%s+0x%x)", symbol.name, symbol.offset);
    return text;
}

/* The function that called an address where no code is: a call leaves its return address on the
 * stack. */
static struct text caller_text(const struct trapframe *frame, uaddr_t address)
{
    struct text text = { "" };
    uint32_t caller;

    if (frame->vector == VECTOR_PAGE_FAULT && is_jump(frame, address) &&
        copy_from_user(&caller, frame->esp, sizeof caller) == 0)
        snprintf(text.bytes, sizeof text.bytes, "  called from 0x%08x%s\n", caller,
                 place_text(caller).bytes);
    return text;
}

static struct text handler_text(const struct page_trouble *trouble)
{
    struct text text = { "" };

    if (trouble->problem)
        snprintf(text.bytes, sizeof text.bytes, "  its page-fault handler 0x%08x: %s\n",
                 trouble->handler, trouble->problem);
    return text;
}

/* One log call, so that the lines of two dying processes do not mix. */
void report_user_fault(const struct trapframe *frame, const struct page_trouble *trouble)
{
    const struct registers *r = &frame->regs;
    char what[120] = "";

    if (frame->vector == VECTOR_PAGE_FAULT)
        snprintf(what, sizeof what, " at 0x%08x: %s", trouble->address,
                 page_fault_text(frame, trouble).bytes);
    KERN_INFO("Process %d (%s) on CPU %u: %s%s, error code 0x%x\n"
              "%s%s  eip 0x%08x%s  esp 0x%08x  ebp 0x%08x  eflags 0x%08x\n"
              "  eax 0x%08x  ebx 0x%08x  ecx 0x%08x  edx 0x%08x  esi 0x%08x  edi 0x%08x\n",
              get_curid(), thread_current()->name, get_pcpu_idx(),
              exception_name(frame->vector), what, frame->error,
              handler_text(trouble).bytes, caller_text(frame, trouble->address).bytes,
              frame->eip, place_text(frame->eip).bytes, frame->esp, r->ebp, frame->eflags,
              r->eax, r->ebx, r->ecx, r->edx, r->esi, r->edi);
}
