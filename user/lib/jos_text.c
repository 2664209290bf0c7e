/* JOS's text (inc/lib.h): as the rest of the library has it, but for %e, and for a buffer. */
#include "proc.h"
#include "stdio.h"
#include "stdlib.h"

#include "jos_priv.h"

/* Texts of inc/error.h's numbers, as JOS has them; in the order of the numbers. */
static const char *error_name(int error)
{
    static const char *const names[] = {
        NULL, "unspecified error", "bad environment", "invalid parameter", "out of memory",
        "out of environments", "segmentation fault", "env is not recving",
        "unexpected end of file",
    };

    return error > 0 && (size_t)error < ARRAY_SIZE(names) ? names[error] : NULL;
}

/* --- to the terminal --- */

/* Nothing is kept from call to call: a page-fault handler may print in the middle of one. */
struct text {
    struct printf_sink sink;
    size_t length;
    char buffer[256];
};

static void write_text(struct text *text)
{
    sys_puts(text->buffer, text->length);
    text->length = 0;
}

static void put_to_terminal(struct printf_sink *sink, char character)
{
    struct text *text = container_of(sink, struct text, sink);

    text->buffer[text->length++] = character;
    if (text->length == sizeof text->buffer)
        write_text(text);
}

int vcprintf(const char *format, va_list arguments)
{
    struct text text = { .sink = { put_to_terminal, error_name } };
    int length = vprintf_sink(&text.sink, format, arguments);

    write_text(&text);
    return length;
}

int cprintf(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vcprintf(format, arguments);
    va_end(arguments);
    return length;
}

void cputchar(int character)
{
    char text = (char)character;

    sys_puts(&text, 1);
}

int jos_getchar(void)
{
    return getchar();
}

/* The first byte that the program may not read, or 0.  A futex wake of 0 threads reads the word and
 * does nothing else, and calls no page-fault handler. */
static uintptr_t first_unreadable(uintptr_t from, size_t length)
{
    uintptr_t at = from;
    unsigned woken;

    while (at - from < length) {
        if (sys_futex_wake((const uint32_t *)ROUND_DOWN(at, sizeof(uint32_t)), 0, &woken) != 0)
            return at;
        at = ROUND_DOWN(at, PAGE_SIZE) + PAGE_SIZE;
    }
    return 0;
}

/* The text is tried whole before any of it is printed. */
void jos_cputs(const char *text, size_t length)
{
    uintptr_t bad = first_unreadable((uintptr_t)text, length);

    if (bad != 0) {
        cprintf("[%08x] user_mem_check assertion failure for va %08zx\n", getpid(), (size_t)bad);
        exit(EXIT_FAILURE);
    }
    while (length > 0) {
        size_t piece = MIN(length, (size_t)PUTS_MAX);
        sys_puts(text, piece);
        text += piece, length -= piece;
    }
}

int jos_cgetc(void)
{
    int character = 0;

    return sys_cgetc(&character) == 0 ? character : 0;
}

/* --- to a buffer --- */

struct string {
    struct printf_sink sink;
    char *next, *last;                  /* the last one is for the final 0 */
};

static void put_to_string(struct printf_sink *sink, char character)
{
    struct string *string = container_of(sink, struct string, sink);

    if (string->next < string->last)
        *string->next++ = character;
}

int jos_vsnprintf(char *buffer, int size, const char *format, va_list arguments)
{
    struct string string = {
        .sink = { put_to_string, error_name }, .next = buffer, .last = buffer + size - 1,
    };

    if (!buffer || size < 1)
        return -INVAL;
    int length = vprintf_sink(&string.sink, format, arguments);
    *string.next = '\0';
    return length;
}

int jos_snprintf(char *buffer, int size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = jos_vsnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

/* --- complaints --- */

const char *binaryname = "<unknown>";

/* One line, so that it stays together. */
static void complain(const char *what, const char *file, int line, const char *format,
                     va_list arguments)
{
    char text[200];

    jos_vsnprintf(text, sizeof text, format, arguments);
    cprintf("[%08x] user %s in %s at %s:%d: %s\n", getpid(), what, binaryname, file, line, text);
}

void jos_panic(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain("panic", file, line, format, arguments);
    va_end(arguments);
    exit(EXIT_FAILURE);
}

void jos_warn(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain("warning", file, line, format, arguments);
    va_end(arguments);
}
