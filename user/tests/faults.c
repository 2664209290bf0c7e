/* Every way to go wrong that the CPU notices: each is tried in a child, which must end with the
 * exception's number while the parent goes on. */
#include "abi/layout.h"
#include "check.h"
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"

#define CHILD_QUOTA 64
#define NO_FAULT    7               /* a child's status */

enum {                                  /* SDM vol. 3, table 6-1 */
    DIVIDE_ERROR = 0, DEBUG_EXCEPTION = 1, BREAKPOINT = 3, OVERFLOW = 4, BOUND_EXCEEDED = 5,
    INVALID_OPCODE = 6, PROTECTION = 13, PAGE_FAULT = 14, FPU_ERROR = 16,
    PROTECTION_OR_PAGE_FAULT = 256,     /* QEMU 7.2, where it errs: the latter */
    PROTECTION_OR_NOTHING,              /* QEMU from 10 on, where it errs: the latter */
};

static void read_at(uint32_t address)
{
    (void)*(volatile uint8_t *)(uintptr_t)address;
}

static void write_at(uint32_t address)
{
    *(volatile uint8_t *)(uintptr_t)address = 1;
}

static void jump_to(uint32_t address)
{
    ((void (*)(void))(uintptr_t)address)();
}

/* A function per instruction.  It is of no matter which registers they change: nothing useful
 * is left to be done after them. */
#define INSTRUCTION(name, text) \
    static void name(uint32_t argument UNUSED) { __asm__ volatile(text); }
/* The same with a system call in it. */
#define SYSTEM_CALL(name, text) \
    static void name(uint32_t argument UNUSED) \
    { \
        __asm__ volatile(text : : [yield] "i"(SYS_yield), [vector] "i"(SYSCALL_VECTOR)); \
    }

INSTRUCTION(divide_by_zero, "xorl %ecx, %ecx; xorl %edx, %edx; divl %ecx")
INSTRUCTION(divide_overflow, "movl $0x80000000, %eax; cltd; movl $-1, %ecx; idivl %ecx")
INSTRUCTION(single_step, "pushfl; orl $0x100, (%esp); popfl; nop; nop")
SYSTEM_CALL(single_step_system_call, "pushfl; orl $0x100, (%%esp); movl %[yield], %%eax; popfl;"
            "int %[vector]; nop")
INSTRUCTION(breakpoint, "int3")
INSTRUCTION(breakpoint_long, ".byte 0xcd, 3")
INSTRUCTION(overflow, "movb $127, %al; incb %al; into")
INSTRUCTION(bound, "pushl $1; pushl $0; movl $5, %eax;"
            ".byte 0x62, 0x04, 0x24")   /* bound %eax, (%esp): assemblers differ */
INSTRUCTION(undefined, "ud2")
INSTRUCTION(fpu_divide, "fninit; pushl $0x0340; fldcw (%esp); fld1; fldz; fdivrp; fwait")
INSTRUCTION(clear_interrupts, "cli")
INSTRUCTION(set_interrupts, "sti")
INSTRUCTION(halt, "hlt")
INSTRUCTION(port_in, "movw $0x3f8, %dx; inb %dx, %al")
INSTRUCTION(port_out, "movw $0xf4, %dx; movb $0, %al; outb %al, %dx")
INSTRUCTION(load_cr3, "xorl %eax, %eax; movl %eax, %cr3")
INSTRUCTION(read_cr0, "movl %cr0, %eax")
INSTRUCTION(load_gdt, "lgdt (%esp)")
INSTRUCTION(load_idt, "lidt (%esp)")
INSTRUCTION(load_ldt, "xorl %eax, %eax; lldt %ax")
INSTRUCTION(load_task, "movw $0x28, %ax; ltr %ax")
INSTRUCTION(clear_task_switched, "clts")
INSTRUCTION(invalidate_page, "invlpg (%esp)")
INSTRUCTION(invalidate_caches, "wbinvd")
INSTRUCTION(read_msr, "movl $0x1b, %ecx; rdmsr")
INSTRUCTION(write_msr, "movl $0x1b, %ecx; xorl %eax, %eax; xorl %edx, %edx; wrmsr")
INSTRUCTION(kernel_data_selector, "movw $0x10, %ax; movw %ax, %ss")
INSTRUCTION(selector_without_segment, "movw $0xfff8, %ax; movw %ax, %ds")
INSTRUCTION(kernel_code_selector, "ljmp $8, $0x100000")
INSTRUCTION(return_to_ring_0, "pushfl; pushl $8; pushl $0x100000; iret")
INSTRUCTION(iret_to_virtual_8086, "pushl $0; pushl $0; pushl $0; pushl $0; pushl $0; pushl $0;"
            "pushfl; orl $0x23000, (%esp); pushl $0; pushl $0; iret")
INSTRUCTION(interrupt_nmi, "int $2")
INSTRUCTION(interrupt_double_fault, "int $8")
INSTRUCTION(interrupt_page_fault, "int $14")
INSTRUCTION(interrupt_timer, "int $0x20")
INSTRUCTION(interrupt_before, "int $0x2f")
INSTRUCTION(interrupt_after, "int $0x31")
INSTRUCTION(interrupt_linux, "int $0x80")
INSTRUCTION(interrupt_last, "int $0xff")
/* The kernel must not care what ESP and the segment registers are. */
SYSTEM_CALL(stack_in_kernel, "movl $0x100000, %%esp; movl %[yield], %%eax; int %[vector];"
            "pushl %%eax")
SYSTEM_CALL(stack_nowhere, "xorl %%esp, %%esp; movl %[yield], %%eax; int %[vector]; pushl %%eax")
SYSTEM_CALL(no_segments, "xorl %%eax, %%eax; movw %%ax, %%ds; movw %%ax, %%es; movw %%ax, %%fs;"
            "movw %%ax, %%gs; movl %[yield], %%eax; int %[vector]; ud2")

static const struct fault {
    const char *name;
    void (*cause)(uint32_t argument);
    uint32_t argument;
    int vector;
} faults[] = {
    { "divide by zero",                 divide_by_zero,             0, DIVIDE_ERROR },
    { "divide overflow",                divide_overflow,            0, DIVIDE_ERROR },
    { "single step",                    single_step,                0, DEBUG_EXCEPTION },
    { "single step, system call",       single_step_system_call,    0, DEBUG_EXCEPTION },
    { "int3",                           breakpoint,                 0, BREAKPOINT },
    { "int $3",                         breakpoint_long,            0, BREAKPOINT },
    { "into",                           overflow,                   0, OVERFLOW },
    { "bound",                          bound,                      0, BOUND_EXCEEDED },
    { "undefined instruction",          undefined,                  0, INVALID_OPCODE },
    { "FPU exception",                  fpu_divide,                 0, FPU_ERROR },
    { "cli",                            clear_interrupts,           0, PROTECTION },
    { "sti",                            set_interrupts,             0, PROTECTION },
    { "hlt",                            halt,                       0, PROTECTION },
    { "in",                             port_in,                    0, PROTECTION },
    { "out",                            port_out,                   0, PROTECTION },
    { "mov to cr3",                     load_cr3,                   0, PROTECTION },
    { "mov from cr0",                   read_cr0,                   0, PROTECTION },
    { "lgdt",                           load_gdt,                   0, PROTECTION },
    { "lidt",                           load_idt,                   0, PROTECTION },
    { "lldt",                           load_ldt,                   0, PROTECTION },
    { "ltr",                            load_task,                  0, PROTECTION },
    { "clts",                           clear_task_switched,        0, PROTECTION },
    { "invlpg",                         invalidate_page,            0, PROTECTION },
    { "wbinvd",                         invalidate_caches, 0,       PROTECTION_OR_NOTHING },
    { "rdmsr",                          read_msr,                   0, PROTECTION },
    { "wrmsr",                          write_msr,                  0, PROTECTION },
    { "kernel data selector",           kernel_data_selector,       0, PROTECTION },
    { "selector without segment",       selector_without_segment,   0, PROTECTION },
    { "kernel code selector",           kernel_code_selector,       0, PROTECTION },
    { "iret to ring 0",                 return_to_ring_0, 0,        PROTECTION_OR_PAGE_FAULT },
    { "iret to virtual 8086 mode", iret_to_virtual_8086, 0, PROTECTION_OR_PAGE_FAULT },
    { "int 2",                          interrupt_nmi,              0, PROTECTION },
    { "int 8",                          interrupt_double_fault,     0, PROTECTION },
    { "int 14",                         interrupt_page_fault,       0, PROTECTION },
    { "int 0x20",                       interrupt_timer,            0, PROTECTION },
    { "int 0x2f",                       interrupt_before,           0, PROTECTION },
    { "int 0x31",                       interrupt_after,            0, PROTECTION },
    { "int 0x80",                       interrupt_linux,            0, PROTECTION },
    { "int 0xff",                       interrupt_last,             0, PROTECTION },
    { "stack pointer in the kernel",    stack_in_kernel,            0, PAGE_FAULT },
    { "stack pointer 0",                stack_nowhere,              0, PAGE_FAULT },
    { "null selectors",                 no_segments,                0, INVALID_OPCODE },
    { "read null",                      read_at, 0,                    PAGE_FAULT },
    { "write null",                     write_at, 0,                   PAGE_FAULT },
    { "jump to null",                   jump_to, 0,                    PAGE_FAULT },
    { "read the kernel",                read_at, 0x100000,             PAGE_FAULT },
    { "write to the kernel",            write_at, 0x100000,            PAGE_FAULT },
    { "jump to the kernel",             jump_to, 0x100000,             PAGE_FAULT },
    { "read a kernel stack",            read_at, WINDOW_HI - PAGE_SIZE, PAGE_FAULT },
    { "read below the program",         read_at, VM_USERLO - 1,        PAGE_FAULT },
    { "write to text",                  write_at, VM_USERLO,           PAGE_FAULT },
    { "read behind the program",        read_at, VM_PROGRAM_HI,        PAGE_FAULT },
    { "read above the heap",            read_at, UHEAP_HI,             PAGE_FAULT },
    { "read below the stack",           read_at, USTACK_LO - 1,        PAGE_FAULT },
    { "write above the stack",          write_at, USTACKTOP,           PAGE_FAULT },
    { "write to the page table",        write_at, UVPT + VM_USERLO / 1024, PAGE_FAULT },
    { "read the kernel's page table",   read_at, UVPT,                 PAGE_FAULT },
    { "read the devices' page table",   read_at, UVPT + DEVICE_LO / 1024, PAGE_FAULT },
    { "read a device",                  read_at, 0xfee00020,           PAGE_FAULT },
    { "write to a device",              write_at, 0xfee000b0,          PAGE_FAULT },
    { "read the last byte",             read_at, 0xffffffff,           PAGE_FAULT },
};

static int child(const char *which)
{
    unsigned index;

    if (parse_unsigned(which, &index) && index < ARRAY_SIZE(faults))
        faults[index].cause(faults[index].argument);
    return NO_FAULT;
}

static bool is_expected(int status, int vector)
{
    switch (vector) {
    case PROTECTION_OR_PAGE_FAULT:
        return status == STATUS_FAULT + PROTECTION || status == STATUS_FAULT + PAGE_FAULT;
    case PROTECTION_OR_NOTHING:
        return status == STATUS_FAULT + PROTECTION || status == NO_FAULT;
    default:
        return status == STATUS_FAULT + vector;
    }
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return child(argv[1]);
    for (unsigned i = 0; i < ARRAY_SIZE(faults); i++) {
        char command[COMMAND_MAX];

        snprintf(command, sizeof command, "%s %u", argv[0], i);
        int status = run(command, CHILD_QUOTA);
        if (!is_expected(status, faults[i].vector))
            check_fail(__FILE__, __LINE__, "%s: status 0x%x, expected exception %d",
                       faults[i].name, (unsigned)status, faults[i].vector);
    }
    printf("faults: %u tried\n", (unsigned)ARRAY_SIZE(faults));
    return check_result();
}
