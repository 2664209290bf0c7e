/* Entry from a Multiboot loader: protected mode, paging off, flat segments, EAX the loader's
 * magic, EBX the boot information (Multiboot 0.6.96, 3.2; Multiboot 2.0, 3.3).
 * QEMU's -kernel knows version 1 only; GRUB uses version 2 under UEFI, where it alone tells of the
 * screen and of ACPI's tables. */

#include "pcpu/slot.h"

#define MULTIBOOT_MAGIC         0x1badb002
#define MULTIBOOT_FLAGS         0x00000003      /* modules page-aligned, memory map wanted */

#define MULTIBOOT2_MAGIC        0xe85250d6
#define MULTIBOOT2_I386         0
#define MULTIBOOT2_FRAMEBUFFER  5               /* tags of the header: Multiboot 2.0, 3.1 */
#define MULTIBOOT2_END          0
#define MULTIBOOT2_OPTIONAL     1

/* What the compiler's code and the kernel cannot do without (SDM vol. 2, CPUID, table 3-11): an
 * FPU, 4 MB pages, a time stamp counter, MSRs, a local APIC, conditional moves, FXSAVE. */
#define CPUID_NEEDED            (1 << 0 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 | 1 << 15 | 1 << 24)
#define EFLAGS_ID               (1 << 21)

#define COM1                    0x3f8
#define LINE_STATUS             5
#define TRANSMITTER_EMPTY       0x20
#define DEBUG_EXIT              0xf4
#define EXIT_FAIL               0x11            /* as in dev/machine_exit.h */

    .section .multiboot, "a"
    .balign 4
    .long   MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

    .balign 8
multiboot2:
    .long   MULTIBOOT2_MAGIC, MULTIBOOT2_I386, multiboot2_end - multiboot2
    .long   -(MULTIBOOT2_MAGIC + MULTIBOOT2_I386 + multiboot2_end - multiboot2)
    .word   MULTIBOOT2_FRAMEBUFFER, MULTIBOOT2_OPTIONAL
    .long   20, 0, 0, 0                 /* its size; any width, height and depth */
    .balign 8
    .word   MULTIBOOT2_END, 0
    .long   8
multiboot2_end:

    .text
    .globl  _start
_start:
    cli
    cld
    movl    %eax, %edi                  /* the loader's magic */

    /* The last word of the image must be in memory, or the stack may not be. */
    movl    kernel_end - 4, %eax
    movl    %eax, %ecx
    notl    %ecx
    movl    %ecx, kernel_end - 4
    cmpl    kernel_end - 4, %ecx
    movl    %eax, kernel_end - 4
    movl    $too_little_memory, %esi
    jne     refuse

    movl    $boot_slot + KSTACK_SLOT - THREAD_AREA, %esp
    pushl   $0                          /* EFLAGS as the ABI wants them */
    popfl
    xorl    %ebp, %ebp                  /* backtraces end here */
    pushl   %ebx
    pushl   %edi
    call    check_cpu
    popl    %eax
    popl    %edx
    pushl   $0                          /* the return address that there is not */
    jmp     kern_main

/* Returns if the CPU will do.  Before any C, which would fault on an older one. */
check_cpu:
    pushfl                              /* CPUID exists if its flag can be changed */
    popl    %eax
    movl    %eax, %ecx
    xorl    $EFLAGS_ID, %eax
    pushl   %eax
    popfl
    pushfl
    popl    %eax
    cmpl    %ecx, %eax
    movl    $too_old, %esi
    je      refuse
    movl    $1, %eax
    cpuid
    andl    $CPUID_NEEDED, %edx
    cmpl    $CPUID_NEEDED, %edx
    jne     refuse
    ret

/* Says the text at ESI and ends.  Needs no stack. */
refuse:
1:  lodsb
    testb   %al, %al
    jz      3f
    movb    %al, %ah
    movw    $COM1 + LINE_STATUS, %dx
    movl    $100000, %ecx               /* no port, no message: but no hang */
2:  inb     %dx, %al
    testb   $TRANSMITTER_EMPTY, %al
    loopz   2b
    movb    %ah, %al
    movw    $COM1, %dx
    outb    %al, %dx
    jmp     1b
3:  movb    $EXIT_FAIL, %al
    movw    $DEBUG_EXIT, %dx
    outb    %al, %dx
4:  hlt
    jmp     4b

    .section .rodata
too_old:
    .asciz  "Strata needs a Pentium II or later CPU: FPU, PSE, TSC, MSR, APIC, CMOV, FXSR\r\n"
too_little_memory:
    .asciz  "Strata needs more memory than this machine has: not even the kernel fits.\r\n"

/* The boot CPU's stack slot; it becomes that of its idle thread. */
    .bss
    .balign KSTACK_SLOT
    .globl  boot_slot
boot_slot:
    .skip   KSTACK_SLOT

    .section .note.GNU-stack, "", @progbits
