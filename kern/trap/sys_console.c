/* System calls on the console. */
#include "trap/syscall_priv.h"

#include "dev/output.h"
#include "ipc/ipc.h"
#include "proc/proc.h"
#include "thread/sched.h"
#include "trap/sysarg_priv.h"
#include "vmm/usercopy.h"

/* The text is copied whole before any of it is printed: a bad address prints nothing, and the text
 * of one call is never mixed with that of another.  A program that prints more than the console
 * takes waits here, and leaves the CPU to others. */
int sys_puts(struct trapframe *frame)
{
    char text[PUTS_MAX];
    size_t length = sysarg(frame, 1);

    if (length > sizeof text)
        return E_INVAL_ARG;
    int error = copy_from_user(text, sysarg(frame, 0), length);
    while (!error && !output_try_write(text, length)) {
        thread_yield();
        if (thread_is_killed(thread_current()))
            error = E_KILLED;
    }
    return error;
}

/* The kernel does not act on a key that a program has taken for itself: it would end what the
 * program starts next. */
static void note_interrupt(char character)
{
    if (character == TERMINAL_INTERRUPT_KEY && proc_acts_on_interrupt())
        terminal_take_interrupt();
}

int sys_cgetc(struct trapframe *frame)
{
    char character;
    bool found = proc_has_terminal() && terminal_try_getc(&character);

    if (found)
        note_interrupt(character);
    sysret(frame, 0, found ? (uint8_t)character : 0);
    return 0;
}

/* Only the foreground reads what is typed; others wait until they are it.  The turn is asked for
 * first: if the foreground changes after the question, the turn is over, and the question is put
 * again. */
int sys_getc(struct trapframe *frame)
{
    char character;
    int error;

    do {
        unsigned turn = terminal_turn();
        if (proc_has_terminal()) {
            error = terminal_getc_in_turn(turn, &character);
        } else {
            error = terminal_await_turn(turn);
            if (!error)
                error = E_CHANGED;
        }
    } while (error == E_CHANGED);
    if (!error) {
        note_interrupt(character);
        sysret(frame, 0, (uint8_t)character);
    }
    return error;
}
