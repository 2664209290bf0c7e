/* Numbers that C knows by other names, for entry.S; trap.c asserts that they agree. */
#pragma once

#define FRAME_EAX               28      /* struct trapframe */
#define FRAME_VECTOR            40
#define FRAME_SIZE              68

#define CONTEXT_CPU             4       /* struct context, which begins where the frame ends */
#define CONTEXT_PENDING         8
#define CONTEXT_SYSTEM_CALLS    12

#define KERNEL_DATA             0x10    /* selectors (pcpu.h) */
#define USER_CODE               0x1b
#define USER_DATA               0x23

#define FLAGS_ALL_OFF           0x002
#define FLAGS_ON_ENTRY          0x202   /* interrupts on, everything else off */
#define VECTOR_SYSENTER         0x100   /* of a frame that SYSENTER's entry has made */
