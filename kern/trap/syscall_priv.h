/* The system calls, one function each: sys_NAME for every NAME in abi/syscall.h.  They are
 * called by the dispatcher (syscall.c) with interrupts on and no lock held, on the caller's own
 * kernel stack; they may block and be preempted anywhere.  Each takes arguments from the frame
 * and puts values there (sysarg_priv.h), and returns the error.  A call that fails has changed
 * nothing, and the values are those that were there. */
#pragma once

#include "abi/syscall.h"
#include "abi/trapframe.h"

#define SYSCALL_PROTOTYPE(name, number) int sys_##name(struct trapframe *frame);
SYSCALLS(SYSCALL_PROTOTYPE)
#undef SYSCALL_PROTOTYPE
