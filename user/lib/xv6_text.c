/* xv6's text (user.h). */
#include "user.h"

#undef printf                           /* a word of the attributes there */
#include "lib/printf.h"

struct text {
    struct printf_sink sink;
    int descriptor, length;
    char buffer[256];
};

static void write_text(struct text *text)
{
    write(text->descriptor, text->buffer, text->length);
    text->length = 0;
}

static void put_to_text(struct printf_sink *sink, char character)
{
    struct text *text = container_of(sink, struct text, sink);

    text->buffer[text->length++] = character;
    if (text->length == sizeof text->buffer)
        write_text(text);
}

/* Weak: forktest, which is to be small, has its own. */
__attribute__((weak)) void xv6_printf(int descriptor, const char *format, ...)
{
    struct text text = { .sink = { .put = put_to_text }, .descriptor = descriptor };
    va_list arguments;

    va_start(arguments, format);
    vprintf_sink(&text.sink, format, arguments);
    va_end(arguments);
    write_text(&text);
}

char *xv6_gets(char *buffer, int max)
{
    int length = 0;
    char character;

    while (length + 1 < max && read(0, &character, 1) == 1) {
        buffer[length++] = character;
        if (character == '\n' || character == '\r')
            break;
    }
    buffer[length] = '\0';
    return buffer;
}

char *xv6_strcpy(char *to, const char *from)
{
    return memcpy(to, from, strlen(from) + 1);
}

char *xv6_strchr(const char *string, char character)
{
    for (; *string != '\0'; string++)
        if (*string == character)
            return (char *)(uintptr_t)string;
    return NULL;
}

int xv6_atoi(const char *text)
{
    int number = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (*text - '0');
    return number;
}
