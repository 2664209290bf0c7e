/* Exit statuses in words. */
#include "status.h"

#include "stdio.h"
#include "syscall.h"

/* By vector (SDM vol. 3, table 6-1); no program can cause the others. */
static const char *const faults[] = {
    [0] = "a division error", [1] = "a debug exception", [3] = "a breakpoint",
    [4] = "an overflow", [5] = "an exceeded bound", [6] = "an invalid instruction",
    [11] = "a segment that is not there", [12] = "a stack fault",
    [13] = "a general protection fault", [14] = "a page fault", [16] = "an FPU error",
    [17] = "an unaligned access", [19] = "an SSE error",
};

const char *status_text(int status)
{
    static char text[40];
    unsigned vector = (unsigned)(status - STATUS_FAULT);

    if (status == STATUS_KILLED)
        return "killed";
    if (status < STATUS_FAULT)
        snprintf(text, sizeof text, "exit status %d", status);
    else if (vector < ARRAY_SIZE(faults) && faults[vector])
        snprintf(text, sizeof text, "ended by %s", faults[vector]);
    else
        snprintf(text, sizeof text, "ended by exception %u", vector);
    return text;
}
