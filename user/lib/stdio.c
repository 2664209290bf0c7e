/* Text in and out: one line is collected and written as a whole. */
#include "stdio.h"

#include "syscall.h"

static char line[PUTS_MAX];
static size_t line_length;

/* An output error has nowhere to be reported to: the text is lost. */
void flush(void)
{
    if (line_length > 0)
        sys_puts(line, line_length);
    line_length = 0;
}

int putchar(int character)
{
    line[line_length++] = (char)character;
    if (character == '\n' || line_length == sizeof(line))
        flush();
    return (unsigned char)character;
}

int puts(const char *text)
{
    while (*text != '\0')
        putchar(*text++);
    return putchar('\n');
}

static void put(struct printf_sink *sink UNUSED, char character)
{
    putchar(character);
}

int vprintf(const char *format, va_list arguments)
{
    struct printf_sink sink = { put };

    return vprintf_sink(&sink, format, arguments);
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
    return sys_getc(&character) == E_SUCC ? character : EOF;
}
