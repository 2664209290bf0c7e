/* Where a program starts: ESP points at the address of its command line.  The stack is aligned
 * to 16 bytes at each call, as compiled code expects (System V ABI, i386, 2.2.2). */
    .text
    .globl  _start
_start:
    xorl    %ebp, %ebp                  /* backtraces end here */
    popl    %eax
    andl    $-16, %esp
    subl    $12, %esp
    pushl   %eax
    call    start_program

    .section .note.GNU-stack, "", @progbits
