/* The last steps of xv6's exec(), which replace the program that has begun them: so they run on a
 * page of their own, to which they are copied, and use no stack.  Called with the address of the
 * orders (struct xv6_order, 24 bytes each; the last one is XV6_JUMP).  exec() has seen to it that
 * none can fail; if one does, the process has no program any more, and ends. */
#include "abi/syscall.h"

    .section .rodata
    .globl  xv6_exec_code
xv6_exec_code:
    movl    4(%esp), %ebp
1:  movl    (%ebp), %eax
    movl    4(%ebp), %ebx
    movl    8(%ebp), %ecx
    cmpl    $-1, %eax                   /* XV6_JUMP */
    je      2f
    movl    12(%ebp), %edx
    movl    16(%ebp), %esi
    movl    20(%ebp), %edi
    int     $SYSCALL_VECTOR
    addl    $24, %ebp
    testl   %eax, %eax
    jz      1b
    movl    $SYS_exit, %eax
    movl    $1, %ebx
    int     $SYSCALL_VECTOR
2:  movl    %ecx, %esp
    jmp     *%ebx
    .globl  xv6_exec_code_end
xv6_exec_code_end:

    .section .note.GNU-stack, "", @progbits
