/* uint64_t divide_long(uint64_t number, uint32_t divisor): DIV takes EDX:EAX, where the first
 * argument is, and leaves the rest and the quotient there, just where a 64-bit result is
 * returned.  The second argument is in ECX. */
    .globl divide_long
divide_long:
    divl    %ecx
    ret

    .section .note.GNU-stack, "", @progbits
