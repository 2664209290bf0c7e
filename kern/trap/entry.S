/* How the kernel is entered: one stub per vector, one common path in and out.
 *
 * All gates are interrupt gates: interrupts are off until the C code turns them on.  The path is
 * the same for traps from user and from kernel mode, at any depth: the frame lies on the current
 * kernel stack, and leaving pops that very frame.  SYSENTER and double faults have ways of their
 * own, below.  Page table and TSS are not touched here; they change only when the thread changes
 * (thread/sched.c).  SUBTLE: interrupt-gates */

#include "trap/offsets_priv.h"

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
trap_saved:
    movl    $KERNEL_DATA, %eax          /* the program may have loaded anything */
    movl    %eax, %ds
    movl    %eax, %es
    cld
    /* A CLAC where the CPU has SMAP (idt.c): the program, or the user copy that was interrupted,
     * may have set EFLAGS.AC. */
    .globl  trap_clac
trap_clac:
    .byte   0x0f, 0x1f, 0x00            /* NOP */
    movl    %esp, %eax
    call    trap
    .globl  trap_return                 /* backtraces know a trap by this return address */
trap_return:
    popal
    .cfi_endproc                        /* covers trap_return itself */
    popl    %es
    popl    %ds
    addl    $8, %esp                    /* vector and error code */
    iret

/* SYSENTER: system calls without a gate.  The CPU has loaded CS and SS, EIP, and ESP with the
 * current thread's stack top (cpu_set_trap_stack), has cleared IF, and saved nothing (SDM vol. 2,
 * SYSENTER); abi/syscall.h says what the program's registers hold.  The frame is the one that
 * the gate's entry builds, with the arguments where sysarg_priv.h looks for them; but the program
 * gets its registers back, without those that may be lost, by SYSEXIT. */
    .macro  push_sysenter_frame
    pushl   $USER_DATA                  /* SS */
    pushl   %ecx                        /* ESP */
    pushl   $FLAGS_ON_ENTRY             /* the program's own are lost, too */
    pushl   $USER_CODE
    pushl   %edx                        /* EIP */
    pushl   $0                          /* error code */
    pushl   $VECTOR_SYSENTER
    pushl   %ds
    pushl   %es
    movl    %esi, %ecx
    movl    %edi, %edx
    pushal
    .endm

    .balign 16
    .globl  sysenter_entry
/* SUBTLE: sysenter */
sysenter_entry:
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_def_cfa %esp, 0
    push_sysenter_frame
    .cfi_def_cfa %esp, FRAME_SIZE
    .cfi_offset %eip, -20
    .cfi_offset %esp, -8
    movl    $KERNEL_DATA, %ecx
    movl    %ecx, %ds
    movl    %ecx, %es
    pushl   $FLAGS_ON_ENTRY             /* AC, DF, NT and TF may be set */
    popfl
    cmpl    fast_system_calls, %eax
    jae     by_dispatcher
    movl    %eax, %ecx
    incl    FRAME_SIZE + CONTEXT_SYSTEM_CALLS(%esp)
    movl    %esp, %eax
    call    *system_calls(,%ecx,4)
    .globl  system_call_return          /* as trap_return */
system_call_return:
    movl    %eax, FRAME_EAX(%esp)
    cli                                 /* as in trap_leave(): up to the SYSEXIT */
    movl    FRAME_SIZE + CONTEXT_CPU(%esp), %ecx
    movl    (%ecx), %edx                /* need_resched */
    orl     FRAME_SIZE + CONTEXT_PENDING(%esp), %edx
    jnz     leave_slowly
leave_by_sysexit:
    popal
    popl    %es
    popl    %ds
    movl    %ecx, %esi
    movl    %edx, %edi
    movl    8(%esp), %edx               /* EIP */
    movl    20(%esp), %ecx              /* ESP */
    sti                                 /* takes effect after the SYSEXIT */
    sysexit
leave_slowly:
    movl    %esp, %eax
    call    trap_leave
    cmpl    $VECTOR_SYSENTER, FRAME_VECTOR(%esp)
    je      leave_by_sysexit            /* else the frame was replaced by another one */
    popal
    popl    %es
    popl    %ds
    addl    $8, %esp
    iret
    .cfi_endproc

/* The same by the way of all traps: for the big lock, which is taken there. */
    .globl  sysenter_by_gate
sysenter_by_gate:
    push_sysenter_frame
by_dispatcher:
    pushl   $FLAGS_ALL_OFF
    popfl
    jmp     trap_saved

/* Double faults arrive by a task switch, on a stack of their own (pcpu.h).  If double_fault()
 * returns, the kernel goes on with the trap that it has made of it. */
    .globl  double_fault_entry
double_fault_entry:
    xorl    %ebp, %ebp
    movl    %esp, %eax
    call    double_fault
    movl    %eax, %esp
    pushl   $FLAGS_ALL_OFF              /* NT was on */
    popfl
    jmp     trap_saved

    .section .note.GNU-stack, "", @progbits
