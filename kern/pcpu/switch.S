/* Switching contexts and entering user mode.  Arguments come in EAX and EDX. */
/* void context_switch(struct context *from, struct context *to): the caller-saved registers
 * are dead at a call, so these seven words and the stack are the whole context.  FS and GS
 * belong to user programs (the kernel uses neither), so they go with the thread. */
    .globl context_switch
context_switch:
    pushl   %ebp
    pushl   %ebx
    pushl   %esi
    pushl   %edi
    pushl   %fs
    pushl   %gs
    movl    %esp, (%eax)                /* from->esp */
    movl    (%edx), %esp                /* to->esp: from here on the current context is `to` */
    popl    %gs
    popl    %fs
    popl    %edi
    popl    %esi
    popl    %ebx
    popl    %ebp
    ret

/* void enter_user(const struct trapframe *frame) */
    .globl enter_user
enter_user:
    movl    %eax, %esp
    popal
    popl    %es
    popl    %ds
    addl    $8, %esp                    /* vector and error code */
    iret

    .section .note.GNU-stack, "", @progbits
