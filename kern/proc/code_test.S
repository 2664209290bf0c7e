/* The programs that the tests of processes run (proc_test.h says what each does).  A program begins
 * with ESP pointing to the address of its command, and may lie anywhere. */
#include "abi/syscall.h"
#include "proc/proc_test.h"

#define LONG_TIME   0x70000000          /* half an hour in microseconds */
#define SHORT_TIME  3000

    .section .rodata

    .macro  program name
    .globl  \name
\name:
    .endm

/* Every program fills TEST_CODE_SIZE bytes: one that is too long is an error here. */
    .macro  program_end name
    .org    \name + TEST_CODE_SIZE, 0xf4
    .endm

    .macro  system_call name
    movl    $SYS_\name, %eax
    int     $SYSCALL_VECTOR
    .endm

    .macro  address_of label, register
    call    .Lhere\@
.Lhere\@:
    popl    \register
    addl    $\label - .Lhere\@, \register
    .endm

program code_exit
    movl    (%esp), %eax
    movzbl  (%eax), %ebx
    system_call exit
program_end code_exit

program code_spin
    movl    $10000, %ecx
spin_on:
    decl    %ecx
    jnz     spin_on
    pause                               /* lets other virtual CPUs run */
    jmp     code_spin
program_end code_spin

program code_sleep
    movl    $LONG_TIME, %ebx
    system_call sleep
    ud2
program_end code_sleep

program code_block
    movl    $TEST_BUFFER, %ebx
    system_call consume                 /* -> the item in EBX */
    system_call exit
program_end code_block

program code_fault
    ud2
program_end code_fault

program code_suicide
    system_call getpid                  /* -> the process in EBX */
    system_call kill
    system_call exit
program_end code_suicide

program code_tree
    system_call quota                   /* -> limit in EBX, used in ECX */
    movl    %ebx, %eax
    subl    %ecx, %eax
    xorl    %edx, %edx
    movl    $3, %ecx
    divl    %ecx
    movl    %eax, %edi                  /* each child's share */
    movl    $2, %esi                    /* how many children are to come */
tree_spawn:
    movl    (%esp), %ebx
    movl    %edi, %ecx
    movl    $-1, %edx                   /* CPU_ANY */
    system_call spawn
    decl    %esi
    jnz     tree_spawn
    xorl    %ebx, %ebx
    system_call exit
program_end code_tree

program code_group
    movl    (%esp), %ebp                /* the command */
    movzbl  (%ebp), %eax
    subl    $'0', %eax
    pushl   %eax                        /* how many threads are to come */
group_create:
    cmpl    $0, (%esp)
    je      group_first
    address_of group_do, %ebx
    movzbl  1(%ebp), %ecx
    movl    %esp, %edx
    xorl    %esi, %esi
    xorl    %edi, %edi
    system_call thread_create
    decl    (%esp)
    testl   %eax, %eax
    je      group_create
    movl    $'E', %ebx
    system_call exit
group_first:
    movzbl  2(%ebp), %eax
group_do:                               /* what the thread does is in EAX */
    cmpl    $'b', %eax
    je      group_consume
    cmpl    $'e', %eax
    je      group_end
    cmpl    $'f', %eax
    je      group_fault
    cmpl    $'k', %eax
    je      group_kill
    cmpl    $'n', %eax
    je      group_nap
    cmpl    $'s', %eax
    je      group_spin
    cmpl    $'x', %eax
    je      group_exit
    cmpl    $'y', %eax
    je      group_yield
    cmpl    $'z', %eax
    je      group_sleep
group_fault:
    ud2
group_consume:
    movl    $TEST_BUFFER, %ebx
    system_call consume
    ud2
group_nap:
    movl    $SHORT_TIME, %ebx
    system_call sleep
group_end:
    system_call thread_exit
    ud2
group_kill:
    system_call getpid                  /* -> the process in EBX */
    system_call kill
    ud2
group_spin:
    jmp     group_spin
group_exit:
    system_call thread_self             /* -> the thread's number in EBX */
    system_call exit
    ud2
group_yield:
    system_call yield
    jmp     group_yield
group_sleep:
    movl    $LONG_TIME, %ebx
    system_call sleep
    ud2
program_end code_group

program code_churn
    movl    (%esp), %eax
    movzbl  (%eax), %ebp
    subl    $'0', %ebp
    imull   $1000, %ebp                 /* how many threads are to come */
churn_create:
    address_of churn_thread, %ebx
    movl    %esp, %edx
    xorl    %esi, %esi
    xorl    %edi, %edi
    system_call thread_create
    testl   %eax, %eax
    jne     churn_wait
    decl    %ebp
    jne     churn_create
    movl    $'k', %ebx
    system_call exit
churn_wait:                             /* there are too many at once */
    system_call yield
    jmp     churn_create
churn_thread:
    system_call thread_exit
    ud2
program_end code_churn

    .macro  pointers_create number, stack
    address_of pointers_thread, %ebx
    pushl   $\number                    /* what %gs:0 is in this thread */
    movl    %esp, %esi
    movl    $\number, %ecx
    leal    -\stack(%esp), %edx
    xorl    %edi, %edi
    system_call thread_create
    movl    $'E', %ebx
    testl   %eax, %eax
    jne     pointers_fail
    .endm

program code_pointers
    pointers_create 1, 256
    pointers_create 2, 512
    system_call thread_exit
pointers_thread:
    movl    %eax, %edi
    movl    $2000, %ebp                 /* how often it looks */
pointers_look:
    movl    $'W', %ebx
    cmpl    %gs:0, %edi
    jne     pointers_fail
    system_call yield
    decl    %ebp
    jne     pointers_look
    system_call thread_exit
pointers_fail:
    system_call exit
program_end code_pointers

    .section .note.GNU-stack, "", @progbits
