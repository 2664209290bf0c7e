/* uint64_t divide_long(uint64_t number, uint32_t divisor): DIV takes EDX:EAX and leaves the
 * rest and the quotient there, just where a 64-bit result is returned. */
    .globl divide_long
divide_long:
    movl    4(%esp), %eax
    movl    8(%esp), %edx
    divl    12(%esp)
    ret

    .section .note.GNU-stack, "", @progbits
