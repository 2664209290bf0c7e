/* The log: each call's text is formatted on the caller's stack, then written in one piece. */
#include "dev/log.h"

#include "abi/error.h"
#include "dev/output.h"
#include "lib/printf.h"
#include "lib/string.h"

uint32_t log_enabled_layers;

/* Writes what format and arguments say, after the `start` characters already in `text`. */
static void write_formatted(char text[LOG_TEXT_MAX], size_t start, const char *format,
                            va_list arguments)
{
    static const char cut[] = "...\n";
    size_t length = start;

    if (start < LOG_TEXT_MAX)
        length += (size_t)vsnprintf(text + start, LOG_TEXT_MAX - start, format, arguments);
    if (length >= LOG_TEXT_MAX) {
        length = LOG_TEXT_MAX - 1;
        memcpy(text + LOG_TEXT_MAX - sizeof cut, cut, sizeof cut);
    }
    output_write(text, length);
}

void log_info(const char *format, ...)
{
    char text[LOG_TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    write_formatted(text, 0, format, arguments);
    va_end(arguments);
}

void log_warn(const char *file, int line, const char *format, ...)
{
    char text[LOG_TEXT_MAX];
    va_list arguments;
    int start = snprintf(text, sizeof text, "[W] %s:%d: ", file, line);

    va_start(arguments, format);
    write_formatted(text, (size_t)start, format, arguments);
    va_end(arguments);
}

void log_debug(const char *file, int line, const char *format, ...)
{
    char text[LOG_TEXT_MAX];
    va_list arguments;
    int start = snprintf(text, sizeof text, "[D] %s:%d: ", file, line);

    va_start(arguments, format);
    write_formatted(text, (size_t)start, format, arguments);
    va_end(arguments);
}

static size_t word_length(const char *text, char separator)
{
    const char *end = strchr(text, separator);
    return end ? (size_t)(end - text) : strlen(text);
}

/* The enable bits that a name of n characters stands for; 0 if it is no layer's. */
static uint32_t layer_bits(const char *name, size_t n)
{
    unsigned rank = 1;

    if (n == 3 && strncmp(name, "all", 3) == 0)
        return ~0u;
    for (const char *layer = LAYER_NAMES; *layer; rank++) {
        size_t length = word_length(layer, ' ');
        if (length == n && strncmp(layer, name, n) == 0)
            return 1u << rank;
        layer += length;
        layer += *layer == ' ';
    }
    return 0;
}

int log_enable(const char *list)
{
    uint32_t enabled = log_enabled_layers;

    for (;;) {
        size_t n = word_length(list, ',');
        uint32_t bits = layer_bits(list, n);
        if (bits == 0)
            return E_INVAL_ARG;
        enabled |= bits;
        if (list[n] == 0)
            break;
        list += n + 1;
    }
    __atomic_store_n(&log_enabled_layers, enabled, __ATOMIC_RELAXED);
    return 0;
}
