/* The end of a program: the functions given to atexit(), then the pending output. */
#include "stdlib.h"

#include "stdio.h"
#include "syscall.h"
#include "thread.h"

extern void (*fini_array_begin[])(void), (*fini_array_end[])(void);     /* user.ld */

static struct mutex handlers_mutex;
static void (*handlers[ATEXIT_MAX])(void);      /* guarded by it */
static unsigned handler_count;                  /* guarded by it */

int atexit(void (*handler)(void))
{
    mutex_lock(&handlers_mutex);
    bool there_is_room = handler_count < ATEXIT_MAX;
    if (there_is_room)
        handlers[handler_count++] = handler;
    mutex_unlock(&handlers_mutex);
    return there_is_room ? 0 : -1;
}

/* Each is taken before it is called: it may call atexit or exit itself. */
static void (*take_handler(void))(void)
{
    mutex_lock(&handlers_mutex);
    void (*handler)(void) = handler_count > 0 ? handlers[--handler_count] : NULL;
    mutex_unlock(&handlers_mutex);
    return handler;
}

void exit(int status)
{
    void (*handler)(void);

    while ((handler = take_handler()))
        handler();
    for (void (**destructor)(void) = fini_array_end; destructor > fini_array_begin;)
        (*--destructor)();
    flush();
    sys_exit(status);
}
