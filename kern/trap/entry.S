/* How the kernel is entered: one stub per vector, one common path in and out.
 *
 * All gates are interrupt gates: interrupts are off until the C code turns them on.  The path
 * is the same for traps from user and from kernel mode, at any depth: the frame lies on the
 * current kernel stack, and leaving pops that very frame.  Page table and TSS are not touched
 * here; they change only when the thread changes (thread/sched.c). */

#define SEG_KERNEL_DATA 0x10

/* Exceptions that push an error code (SDM vol. 3, table 6-1): 8, 10 to 14, 17, 21, 29, 30. */
#define HAS_ERROR_CODE(v) ((v) == 8 || ((v) >= 10 && (v) <= 14) || (v) == 17 || \
                           (v) == 21 || (v) == 29 || (v) == 30)

    .text
    .balign 16
    .globl  trap_stubs                  /* idt.c: stub v is at trap_stubs + 16 * v */
trap_stubs:
    .set    vector, 0
    .rept   256
    .balign 16
    .if     !(HAS_ERROR_CODE(vector))
    pushl   $0
    .endif
    pushl   $vector
    jmp     trap_entry
    .set    vector, vector + 1
    .endr

    .balign 16
trap_entry:                             /* builds the rest of struct trapframe */
    .cfi_sections .debug_frame          /* so that gdb finds what was interrupted */
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_def_cfa %esp, 20               /* vector, error code, EIP, CS, EFLAGS */
    .cfi_offset %eip, -12
    pushl   %ds
    pushl   %es
    pushal
    .cfi_adjust_cfa_offset 40
    movl    $SEG_KERNEL_DATA, %eax      /* the program may have loaded anything */
    movl    %eax, %ds
    movl    %eax, %es
    cld
    /* A CLAC where the CPU has SMAP (idt.c): the program, or the user copy that was interrupted,
     * may have set EFLAGS.AC. */
    .globl  trap_clac
trap_clac:
    .byte   0x0f, 0x1f, 0x00            /* NOP */
    pushl   %esp
    .cfi_adjust_cfa_offset 4
    call    trap
    .globl  trap_return                 /* backtraces know a trap by this return address */
trap_return:
    addl    $4, %esp
    .cfi_endproc                        /* covers trap_return itself */
    popal
    popl    %es
    popl    %ds
    addl    $8, %esp                    /* vector and error code */
    iret

/* Double faults arrive by a task switch, on a stack of their own (pcpu.h). */
    .globl  double_fault_entry
double_fault_entry:
    xorl    %ebp, %ebp
    call    double_fault
    hlt

    .section .note.GNU-stack, "", @progbits
