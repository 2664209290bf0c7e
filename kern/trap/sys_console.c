/* System calls on the console. */
#include "trap/syscall.h"

#include "dev/log.h"
#include "ipc/ipc.h"
#include "trap/sysarg.h"
#include "vmm/usercopy.h"

/* The text is copied whole before any of it is printed: a bad address prints nothing, and the
 * text of one call is never mixed with that of another. */
int sys_puts(struct trapframe *frame)
{
    char text[PUTS_MAX];
    size_t length = sysarg(frame, 1);

    if (length > sizeof text)
        return E_INVAL_ARG;
    int error = copy_from_user(text, sysarg(frame, 0), length);
    if (!error && length > 0)
        log_write(text, length);
    return error;
}

int sys_cgetc(struct trapframe *frame)
{
    char character;

    sysret(frame, 0, terminal_try_getc(&character) ? (uint8_t)character : 0);
    return 0;
}

int sys_getc(struct trapframe *frame)
{
    char character;
    int error = terminal_getc(TERMINAL_PROGRAMS, &character);

    if (!error)
        sysret(frame, 0, (uint8_t)character);
    return error;
}
