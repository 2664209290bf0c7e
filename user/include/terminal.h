/* The terminal's foreground. */
#pragma once

#include "syscall.h"

/* Ctrl-C is passed on to `pid`, a descendant; 0: the caller gets it as a character. */
static inline int sys_foreground(int pid)
{
    struct syscall_values values = { .b = (uint32_t)pid };

    return system_call(SYS_foreground, &values);
}
