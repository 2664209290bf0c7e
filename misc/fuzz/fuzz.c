/* What the fuzzed parsers share: see fuzz.h. */
#include "fuzz.h"

#include <stdio.h>

void panic_at(const char *file, int line, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "%s:%d: ", file, line);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    abort();
}

void touch_bytes(const void *data, size_t size)
{
    const volatile uint8_t *bytes = data;

    for (size_t i = 0; i < size; i++)
        (void)bytes[i];
}

void take_bytes(struct input *input, void *to, size_t size)
{
    size_t there = MIN(size, input->size);

    memset(to, 0, size);
    memcpy(to, input->data, there);
    input->data += there;
    input->size -= there;
}

void *take_rest(struct input *input, size_t *size)
{
    void *rest = malloc(*size = input->size);

    take_bytes(input, rest, *size);
    return rest;
}

void seal_bytes(uint8_t *bytes, size_t size, size_t at)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum += bytes[i];
    bytes[at] -= sum;
}
