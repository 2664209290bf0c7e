/* The first instructions of an application processor.
 *
 * A CPU that gets a start-up IPI begins in real mode at the page that the IPI names (SDM
 * vol. 3, 8.4.4.1).  dev/ap.c copies this piece there and fills in the block at its end; the
 * CPU takes over the boot processor's control registers and calls the kernel's C code.  It
 * runs at another address than it is linked for: hence AT(). */

#define AP_START        0x8000                  /* AP_START_PAGE in dev/ap.h */
#define AT(label)       (AP_START + (label) - ap_start_begin)

#define REAL_MODE       1                       /* enum ap_stage in dev/ap.h */
#define PROTECTED_MODE  2
#define PAGING          3
#define ENTERED         4

#define CR0_PE          0x00000001

    .section .rodata
    .balign 16
    .globl  ap_start_begin, ap_start_block, ap_start_end

    .code16
ap_start_begin:
    cli
    cld
    xorw    %ax, %ax
    movw    %ax, %ds

    /* Only the CPU that is being waited for may go on, and only once: one that was given up
     * and comes late must not use what is meant for the next.  The state word says who is
     * wanted: APIC id << 8 | stage 0. */
    movl    $1, %eax
    cpuid
    shrl    $24, %ebx
    shll    $8, %ebx
    movl    %ebx, %eax
    leal    REAL_MODE(%ebx), %ecx
    lock cmpxchgl %ecx, AT(state)
    jne     not_wanted

    rdtsc
    movl    %eax, AT(cycles)
    movl    %edx, AT(cycles + 4)

    lgdtl   AT(gdt_pointer)                     /* SDM vol. 3, 9.9.1 */
    movl    %cr0, %eax
    orl     $CR0_PE, %eax
    movl    %eax, %cr0
    ljmpl   $8, $AT(protected_mode)

not_wanted:
    cli
    hlt
    jmp     not_wanted

    .code32
protected_mode:
    movw    $16, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movw    %ax, %fs
    movw    %ax, %gs
    movb    $PROTECTED_MODE, AT(state)

    /* CR4 before CR0.PG: the page directory has large and global pages, and a CPU that turns
     * paging on without knowing them is reset. */
    movl    AT(cr4), %eax
    movl    %eax, %cr4
    movl    AT(cr3), %eax
    movl    %eax, %cr3
    movl    AT(cr0), %eax
    movl    %eax, %cr0
    jmp     1f                                  /* SDM vol. 3, 9.9.1: a jump right behind it */
1:  movb    $PAGING, AT(state)

    movl    AT(stack_top), %esp
    xorl    %ebp, %ebp
    pushl   $0                                  /* a return address that ends backtraces */
    movl    AT(entry), %eax
    /* From here on the boot processor may use the block for the next CPU. */
    movb    $ENTERED, AT(state)
    jmp     *%eax

    .balign 8
gdt:                                            /* flat; until the CPU loads its own */
    .quad   0
    .quad   0x00cf9a000000ffff                  /* 8: code */
    .quad   0x00cf92000000ffff                  /* 16: data */
gdt_pointer:
    .word   gdt_pointer - gdt - 1
    .long   AT(gdt)

    .balign 8
ap_start_block:                                 /* struct start_block in dev/ap.c */
state:          .long 0
cr0:            .long 0
cr3:            .long 0
cr4:            .long 0
stack_top:      .long 0
entry:          .long 0
cycles:         .quad 0
ap_start_end:

    .section .note.GNU-stack, "", @progbits
