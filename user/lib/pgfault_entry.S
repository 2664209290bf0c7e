/* Where the kernel lets a program go on after a page fault: on the exception stack, ESP at a
 * struct UTrapframe (abi/env.h).
 *
 * The way back needs no kernel.  The last thing that ESP is loaded with is the stack of the
 * faulting code, and from then on nothing but RET can load EIP: so EIP is pushed onto that stack
 * beforehand.  If that was the exception stack itself (a fault in the handler), the kernel has
 * left a word free for it.  Flags are restored by the last instruction but two, and neither POP
 * nor RET changes any. */
    .set    UTF_REGS, 8                 /* offsets in struct UTrapframe */
    .set    UTF_EIP, 40
    .set    UTF_EFLAGS, 44
    .set    UTF_ESP, 48

    .text
    .globl  pgfault_entry, _pgfault_upcall
pgfault_entry:
_pgfault_upcall:                        /* JOS's name */
    movl    %esp, %ebx                  /* what the faulting code had in EBX is in the frame */
    andl    $-16, %esp                  /* System V ABI, i386, 2.2.2 */
    subl    $12, %esp
    pushl   %ebx
    call    pgfault_dispatch
    movl    %ebx, %esp

    movl    UTF_ESP(%esp), %eax
    subl    $4, %eax
    movl    %eax, UTF_ESP(%esp)
    movl    UTF_EIP(%esp), %edx
    movl    %edx, (%eax)                /* may fault: nothing of the frame is used up so far */
    addl    $UTF_REGS, %esp
    popal
    addl    $UTF_EFLAGS - UTF_EIP, %esp
    popfl
    popl    %esp
    ret

    .section .note.GNU-stack, "", @progbits
