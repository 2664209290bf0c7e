/* Entry from a Multiboot 1 loader (QEMU -kernel, GRUB): protected mode, paging off, flat
 * segments, EAX the loader's magic, EBX the boot information (Multiboot 0.6.96, 3.2). */

#define MULTIBOOT_MAGIC         0x1badb002
#define MULTIBOOT_FLAGS         0x00000003      /* modules page-aligned, memory map wanted */

#define KSTACK_SLOT             0x4000          /* as in pcpu/pcpu.h; checked in init/main.c */
#define THREAD_AREA             1024

/* What the compiler's code and the kernel cannot do without (SDM vol. 2, CPUID, table 3-11): an
 * FPU, 4 MB pages, a time stamp counter, MSRs, a local APIC, conditional moves, FXSAVE. */
#define CPUID_NEEDED            (1 << 0 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 | 1 << 15 | 1 << 24)
#define EFLAGS_ID               (1 << 21)

#define COM1                    0x3f8
#define LINE_STATUS             5
#define TRANSMITTER_EMPTY       0x20
#define DEBUG_EXIT              0xf4
#define EXIT_FAIL               0x11            /* as in dev/exit.h */

    .section .multiboot, "a"
    .balign 4
    .long   MULTIBOOT_MAGIC, MULTIBOOT_FLAGS, -(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS)

    .text
    .globl  _start
_start:
    cli
    cld
    movl    $boot_slot + KSTACK_SLOT - THREAD_AREA, %esp
    pushl   $0                          /* EFLAGS as the ABI wants them */
    popfl
    xorl    %ebp, %ebp                  /* backtraces end here */
    pushl   %ebx
    pushl   %eax
    call    check_cpu
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
    je      refuse_cpu
    movl    $1, %eax
    cpuid
    andl    $CPUID_NEEDED, %edx
    cmpl    $CPUID_NEEDED, %edx
    jne     refuse_cpu
    ret

refuse_cpu:
    movl    $too_old, %esi
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

/* The boot CPU's stack slot; it becomes that of its idle thread. */
    .bss
    .balign KSTACK_SLOT
    .globl  boot_slot
boot_slot:
    .skip   KSTACK_SLOT

    .section .note.GNU-stack, "", @progbits
