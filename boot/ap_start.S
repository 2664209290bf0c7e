/* The first instructions of an application processor.
 *
 * A CPU that gets a start-up IPI begins in real mode at the page that the IPI names (SDM
 * vol. 3, 8.4.4.1).  dev/ap.c copies this piece to such a page and fills in the block at its
 * end; the CPU takes over the boot processor's control registers and calls the kernel's C code.
 * It runs wherever it was put: EBX is the page's address, hence AT(). */

#define OFFSET(label)   (label - ap_start_begin)
#define AT(label)       OFFSET(label)(%ebx)

#define PROTECTED_MODE  1                       /* enum ap_stage in dev/ap.h */
#define PAGING          2
#define ENTERED         3

#define CR0_PE          0x00000001

#define MSR_APIC_BASE   0x1b                    /* SDM vol. 3, 10.4.4 and 10.12.1 */
#define X2APIC_MODE     0x400
#define MSR_X2APIC_ID   0x802
#define APIC_ID         0x20                    /* a register in memory; the id is its high byte */
#define APIC_ID_SHIFT   24

    .section .rodata
    .balign 16
    .globl  ap_start_begin, ap_start_protected, ap_start_gdt, ap_start_block, ap_start_end

    .code16
ap_start_begin:
    cli
    cld
    xorl    %ebx, %ebx
    movw    %cs, %bx
    movw    %bx, %ds
    shll    $4, %ebx

    lgdtl   OFFSET(gdt_pointer)                 /* SDM vol. 3, 9.9.1 */
    movl    %cr0, %eax
    orl     $CR0_PE, %eax
    movl    %eax, %cr0
    ljmpl   *OFFSET(protected_mode)

    .code32
ap_start_protected:
    movw    $16, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movw    %ax, %fs
    movw    %ax, %gs

    /* Who am I?  Only the APIC itself knows on every CPU: CPUID tells it from the Pentium 4 on. */
    movl    $MSR_APIC_BASE, %ecx
    rdmsr
    testl   $X2APIC_MODE, %eax
    jnz     1f
    andl    $~0xfff, %eax
    movl    APIC_ID(%eax), %eax
    shrl    $APIC_ID_SHIFT, %eax
    jmp     2f
1:  movl    $MSR_X2APIC_ID, %ecx
    rdmsr

    /* Only the CPU that the boot processor waits for may go on, and only once: a CPU that comes
     * after the boot processor gave it up must not use what is meant for the next one.  The state
     * word says which CPU is wanted: APIC id << 8 | stage 0. */
2:  shll    $8, %eax
    leal    PROTECTED_MODE(%eax), %ecx
    lock cmpxchgl %ecx, AT(state)
    jne     not_wanted

    rdtsc
    movl    %eax, AT(cycles)
    movl    %edx, AT(cycles + 4)

    /* CR4 before CR0.PG: the page directory has large and global pages, and a CPU that turns
     * paging on without knowing them is reset. */
    movl    AT(cr4), %eax
    movl    %eax, %cr4
    movl    AT(cr3), %eax
    movl    %eax, %cr3
    movl    AT(cr0), %eax
    movl    %eax, %cr0
    jmp     1f                                  /* SDM vol. 3, 9.9.1: a jump right after it */
1:  movb    $PAGING, AT(state)

    movl    AT(stack_top), %esp
    xorl    %ebp, %ebp
    pushl   $0                                  /* a return address that ends backtraces */
    movl    AT(entry), %eax
    /* From here on the boot processor may use the block for the next CPU. */
    movb    $ENTERED, AT(state)
    jmp     *%eax

not_wanted:
    cli
    hlt
    jmp     not_wanted

    .balign 8
ap_start_gdt:                                   /* flat; until the CPU loads its own */
    .quad   0
    .quad   0x00cf9a000000ffff                  /* 8: code */
    .quad   0x00cf92000000ffff                  /* 16: data */

    .balign 8
ap_start_block:                                 /* struct start_block in dev/ap.c */
state:          .long 0
cr0:            .long 0
cr3:            .long 0
cr4:            .long 0
stack_top:      .long 0
entry:          .long 0
cycles:         .quad 0
protected_mode: .long 0                         /* the far address of ap_start_protected */
                .word 0
gdt_pointer:    .word 0
                .long 0
ap_start_end:

    .section .note.GNU-stack, "", @progbits
