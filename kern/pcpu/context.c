/* Contexts: the first layout of a stack (switch.S switches between them). */
#include "pcpu/pcpu.h"

#include "pcpu/frame.h"

void context_prepare(struct context *context, void *top, void (*entry)(void))
{
    uint32_t *return_address = (uint32_t *)top - 1;
    struct switch_frame *frame = (struct switch_frame *)return_address - 1;

    *return_address = 0;                /* of the entry function: ends backtraces */
    *frame = (struct switch_frame){
        .gs = SEG_USER_DATA, .fs = SEG_USER_DATA, .eip = (uintptr_t)entry,
    };
    context->esp = (uintptr_t)frame;
}

void context_set_segments(struct context *context, uint16_t fs, uint16_t gs)
{
    struct switch_frame *frame = (struct switch_frame *)context->esp;

    frame->fs = fs;
    frame->gs = gs;
}
