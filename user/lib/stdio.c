/* Text in and out: one line is collected and written as a whole.
 *
 * A mutex keeps the text of one call together.  The thread that has it may lock it again: it may
 * be in a page-fault handler that prints, in the middle of a call. */
#include "stdio.h"

#include "errno.h"
#include "fork_priv.h"
#include "syscall.h"
#include "thread_priv.h"

static struct mutex line_mutex;
static uintptr_t line_owner;            /* [a] the thread that has it, or 0 */
static unsigned line_depth;             /* guarded by it: how often */
static char line[PUTS_MAX];             /* guarded by it */
static size_t line_length;              /* guarded by it; others may test it for 0 */

/* Of all threads that share this memory, also those of other processes. */
static uintptr_t identity(void)
{
    return memory_is_shared() ? (uintptr_t)own->pid : (uintptr_t)thread_self();
}

/* Only a thread itself makes it the owner. */
void stdio_lock(void)
{
    uintptr_t self = identity();

    if (__atomic_load_n(&line_owner, __ATOMIC_RELAXED) != self) {
        mutex_lock(&line_mutex);
        __atomic_store_n(&line_owner, self, __ATOMIC_RELAXED);
    }
    line_depth++;
}

void stdio_unlock(void)
{
    if (--line_depth > 0)
        return;
    __atomic_store_n(&line_owner, 0, __ATOMIC_RELAXED);
    mutex_unlock(&line_mutex);
}

/* An output error has nowhere to be reported to: the text is lost. */
static void write_line(void)
{
    size_t length = line_length;

    line_length = 0;
    if (length > 0)
        sys_puts(line, length);
}

static void put(char character)
{
    line[line_length++] = character;
    if (character == '\n' || line_length == sizeof line)
        write_line();
}

/* What this thread has put there, it sees without the mutex. */
void flush(void)
{
    if (__atomic_load_n(&line_length, __ATOMIC_RELAXED) == 0)
        return;
    stdio_lock();
    write_line();
    stdio_unlock();
}

int putchar(int character)
{
    stdio_lock();
    put((char)character);
    stdio_unlock();
    return (unsigned char)character;
}

int puts(const char *text)
{
    stdio_lock();
    while (*text != '\0')
        put(*text++);
    put('\n');
    stdio_unlock();
    return '\n';
}

static void put_to_line(struct printf_sink *sink UNUSED, char character)
{
    put(character);
}

int vprintf(const char *format, va_list arguments)
{
    struct printf_sink sink = { .put = put_to_line };

    stdio_lock();
    int length = vprintf_sink(&sink, format, arguments);
    stdio_unlock();
    return length;
}

int printf(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vprintf(format, arguments);
    va_end(arguments);
    return length;
}

int getchar(void)
{
    int character;

    flush();
    int error = sys_getc(&character);
    if (!error)
        return character;
    errno = error;
    return EOF;
}
