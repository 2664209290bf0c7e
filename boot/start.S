/* Entry from a Multiboot 1 loader (QEMU -kernel, GRUB): protected mode, paging off, flat
 * segments, EAX the loader's magic, EBX the boot information (Multiboot 0.6.96, 3.2). */

#define MULTIBOOT_MAGIC         0x1badb002
#define MULTIBOOT_FLAGS         0x00000003      /* modules page-aligned, memory map wanted */

#define KSTACK_SLOT             0x4000          /* as in pcpu/pcpu.h; checked in init/main.c */
#define THREAD_AREA             1024

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
    pushl   $0                          /* the return address that there is not */
    jmp     kern_main

/* The boot CPU's stack slot; it becomes that of its idle thread. */
    .bss
    .balign KSTACK_SLOT
    .globl  boot_slot
boot_slot:
    .skip   KSTACK_SLOT

    .section .note.GNU-stack, "", @progbits
