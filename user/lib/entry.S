/* The ways into the kernel (abi/syscall.h).  Called with the number in EAX and up to three
 * arguments in EBX, ESI and EDI; return the error in EAX and values in EBX, ESI and EDI; lose ECX
 * and EDX. */
#include "abi/syscall.h"

    .text
    .globl  system_call_by_sysenter     /* comes back right to its caller */
system_call_by_sysenter:
    popl    %edx
    movl    %esp, %ecx
    sysenter

    .globl  system_call_by_int
system_call_by_int:
    movl    %esi, %ecx
    movl    %edi, %edx
    int     $SYSCALL_VECTOR
    movl    %ecx, %esi
    movl    %edx, %edi
    ret

    .data
    .balign 4
    .globl  system_call_entry           /* the one that this CPU has: chosen by start.c */
system_call_entry:
    .long   system_call_by_int

    .section .note.GNU-stack, "", @progbits
