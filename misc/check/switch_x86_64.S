/* void switch_stack(uintptr_t *save, uintptr_t load): the registers that a call keeps (System V
 * ABI for AMD64, 3.2.1).  prepare_stack() lays the same words out. */
    .globl  switch_stack
switch_stack:
    pushq   %rbp
    pushq   %rbx
    pushq   %r12
    pushq   %r13
    pushq   %r14
    pushq   %r15
    movq    %rsp, (%rdi)
    movq    %rsi, %rsp
    popq    %r15
    popq    %r14
    popq    %r13
    popq    %r12
    popq    %rbx
    popq    %rbp
    ret

/* uintptr_t prepare_stack(void *top, void (*entry)(void)): six registers, the entry, and 0 where
 * the entry's return address would be. */
    .globl  prepare_stack
prepare_stack:
    andq    $-16, %rdi
    movq    $0, -8(%rdi)
    movq    %rsi, -16(%rdi)
    leaq    -64(%rdi), %rax
    movq    $0, 40(%rax)                /* RBP: ends backtraces */
    ret

    .section .note.GNU-stack, "", @progbits
