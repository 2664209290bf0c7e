/* Formatted text: a parser for conversions, which calls a writer per kind of value. */
#include "lib/printf.h"

#include "lib/printf_priv.h"
#include "lib/string.h"

enum { NUMBER_MAX = 100000000 };        /* of widths and precisions: sums of them fit an int */

/* va_list may be an array type, which cannot be passed on by address; a struct can. */
struct arguments {
    va_list list;
};

/* --- reading a conversion --- */

static bool parse_flag(char character, struct conversion *conversion)
{
    switch (character) {
    case '-': return conversion->left = true;
    case '+': return conversion->plus = true;
    case ' ': return conversion->space = true;
    case '#': return conversion->alternate = true;
    case '0': return conversion->zero = true;
    default:  return false;
    }
}

/* A number in the format or, as `*`, from the arguments. */
static int parse_number(const char **format, struct arguments *arguments)
{
    int number = 0;

    if (**format == '*') {
        ++*format;
        number = va_arg(arguments->list, int);
        return MAX(-NUMBER_MAX, MIN(number, NUMBER_MAX));
    }
    for (; **format >= '0' && **format <= '9'; ++*format)
        number = MIN(number * 10 + (**format - '0'), NUMBER_MAX);
    return number;
}

/* The size of an argument with that length, if it is a number.  For letters that take no
 * number, the length says nothing. */
static size_t parse_length(const char **format)
{
    char first = **format;

    if (first == '\0' || !strchr("hljztL", first))
        return sizeof(int);
    if (*++*format == first && (first == 'h' || first == 'l')) {
        ++*format;
        return first == 'h' ? sizeof(char) : sizeof(long long);
    }
    switch (first) {
    case 'h': return sizeof(short);
    case 'l': return sizeof(long);
    case 'j': return sizeof(intmax_t);
    case 'z': return sizeof(size_t);
    case 't': return sizeof(ptrdiff_t);
    default:  return sizeof(long double);
    }
}

/* `format` points after the %; returns the end of the conversion. */
static const char *parse_conversion(const char *format, struct arguments *arguments,
                                    struct conversion *conversion)
{
    *conversion = (struct conversion) { .precision = -1 };
    while (parse_flag(*format, conversion))
        format++;
    conversion->width = parse_number(&format, arguments);
    if (conversion->width < 0) {
        conversion->left = true;
        conversion->width = -conversion->width;
    }
    if (*format == '.') {
        format++;
        conversion->precision = parse_number(&format, arguments);
    }
    conversion->size = parse_length(&format);
    conversion->letter = *format;
    return *format == '\0' ? format : format + 1;
}

/* --- reading an argument --- */

/* Shorter ones than int come as int: C promotes them. */
static uint64_t next_unsigned(struct arguments *arguments, size_t size)
{
    unsigned unused = 64 - 8 * (unsigned)size;
    uint64_t value = size > sizeof(int) ? va_arg(arguments->list, unsigned long long)
                                        : va_arg(arguments->list, unsigned);

    return value << unused >> unused;
}

static int64_t next_signed(struct arguments *arguments, size_t size)
{
    unsigned unused = 64 - 8 * (unsigned)size;

    return (int64_t)(next_unsigned(arguments, size) << unused) >> unused;
}

static uint64_t next_double(struct arguments *arguments)
{
    union { double value; uint64_t bits; } number = { va_arg(arguments->list, double) };

    return number.bits;
}

static void skip_argument(struct arguments *arguments, size_t size)
{
    struct long_double { unsigned char bytes[sizeof(long double)]; };

    if (size == sizeof(long double))
        (void)va_arg(arguments->list, struct long_double);
    else
        (void)next_unsigned(arguments, size);
}

/* --- writing --- */

static void put_string(struct output *out, struct conversion *conversion, const char *text)
{
    size_t max = conversion->precision < 0 ? SIZE_MAX : (size_t)conversion->precision;

    if (!text)
        text = "(null)";
    put_text_field(out, conversion, "", text, strnlen(text, max));
}

static void put_character(struct output *out, struct conversion *conversion, int argument)
{
    char character = (char)argument;

    put_text_field(out, conversion, "", &character, 1);
}

/* The name of an error number, as JOS's programs expect it; errors are returned negative. */
static void put_error(struct output *out, struct conversion *conversion, int number)
{
    int error = number < 0 ? (int)-(unsigned)number : number;
    const char *name = out->sink->error_name(error);

    if (name) {
        put_string(out, conversion, name);
    } else {
        put_text(out, "error ", 6);
        put_signed(out, conversion, error);
    }
}

/* Writes the next argument as `conversion` says; false if there is no such conversion. */
static bool put_conversion(struct output *out, struct conversion *conversion,
                           struct arguments *arguments)
{
    if (conversion->letter == 'e' && out->sink->error_name) {
        put_error(out, conversion, va_arg(arguments->list, int));
        return true;
    }
    if (conversion->size == sizeof(long double))
        return false;
    switch (conversion->letter) {
    case 'd': case 'i':
        put_signed(out, conversion, next_signed(arguments, conversion->size));
        return true;
    case 'u': case 'x': case 'X': case 'o':
        put_unsigned(out, conversion, next_unsigned(arguments, conversion->size));
        return true;
    case 'p':
        put_unsigned(out, conversion, (uintptr_t)va_arg(arguments->list, void *));
        return true;
    case 'f': case 'F': case 'e': case 'E': case 'g': case 'G':
        put_double(out, conversion, next_double(arguments));
        return true;
    case 's':
        put_string(out, conversion, va_arg(arguments->list, const char *));
        return true;
    case 'c':
        put_character(out, conversion, va_arg(arguments->list, int));
        return true;
    case '%':
        put(out, '%');
        return true;
    default:
        return false;
    }
}

int vprintf_sink(struct printf_sink *sink, const char *format, va_list list)
{
    struct output out = { .sink = sink };
    struct arguments arguments;
    struct conversion conversion;

    va_copy(arguments.list, list);
    while (*format != '\0') {
        const char *start = format++;

        if (*start != '%') {
            put(&out, *start);
            continue;
        }
        format = parse_conversion(format, &arguments, &conversion);
        if (put_conversion(&out, &conversion, &arguments))
            continue;
        put_text(&out, start, (size_t)(format - start));
        if (conversion.letter != '\0')
            skip_argument(&arguments, conversion.size);
    }
    va_end(arguments.list);
    return out.length;
}

/* --- into a buffer --- */

struct buffer_sink {
    struct printf_sink sink;
    char *next;
    size_t room;            /* from next on, without that for the final 0 */
};

static void buffer_put(struct printf_sink *sink, char character)
{
    struct buffer_sink *buffer = container_of(sink, struct buffer_sink, sink);

    if (buffer->room > 0) {
        *buffer->next++ = character;
        buffer->room--;
    }
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct buffer_sink out = {
        .sink.put = buffer_put, .next = buffer, .room = size > 0 ? size - 1 : 0,
    };
    int length = vprintf_sink(&out.sink, format, arguments);

    if (size > 0)
        *out.next = '\0';
    return length;
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}
