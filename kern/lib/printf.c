/* Formatted text: a parser for conversions, and a writer per kind of value. */
#include "lib/printf.h"

#include "lib/string.h"

#define DIGITS_MAX 20       /* of a 64-bit number in base 10 */

struct output {
    struct printf_sink *sink;
    int length;             /* of the text so far */
};

/* %[flags][width][.precision][length]letter */
struct conversion {
    bool left;              /* flag - */
    bool zero;              /* flag 0 */
    int width;              /* 0 if absent */
    int precision;          /* negative if absent */
    int longs;              /* how many l */
    char letter;
};

/* va_list may be an array type, which cannot be passed on by address; a struct can. */
struct arguments {
    va_list list;
};

static void put(struct output *out, char character)
{
    out->sink->put(out->sink, character);
    out->length++;
}

static void put_repeated(struct output *out, char character, int count)
{
    for (; count > 0; count--)
        put(out, character);
}

/* Writes PREFIX and LENGTH bytes of TEXT, padded to the width: zeros go between the two. */
static void put_field(struct output *out, const struct conversion *conversion,
                      const char *prefix, const char *text, size_t length)
{
    int padding = conversion->width - (int)(strlen(prefix) + length);

    if (!conversion->left && !conversion->zero)
        put_repeated(out, ' ', padding);
    for (; *prefix != '\0'; prefix++)
        put(out, *prefix);
    if (!conversion->left && conversion->zero)
        put_repeated(out, '0', padding);
    for (size_t i = 0; i < length; i++)
        put(out, text[i]);
    if (conversion->left)
        put_repeated(out, ' ', padding);
}

/* Divides *VALUE by BASE (at most 16) and returns the remainder: long division with 16-bit
 * digits, since the machine divides 64 bits only with help from the compiler's library. */
static unsigned divide(uint64_t *value, uint32_t base)
{
    uint32_t high = (uint32_t)(*value >> 32), low = (uint32_t)*value;
    uint32_t middle = high % base << 16 | low >> 16;
    uint32_t last = middle % base << 16 | (low & 0xffff);

    *value = (uint64_t)(high / base) << 32 | middle / base << 16 | last / base;
    return last % base;
}

static void put_number(struct output *out, const struct conversion *conversion,
                       const char *prefix, uint64_t value)
{
    const char *digits = conversion->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    bool decimal = strchr("diu", conversion->letter) != NULL;
    char text[DIGITS_MAX];
    size_t first = sizeof(text);

    do
        text[--first] = digits[divide(&value, decimal ? 10 : 16)];
    while (value != 0);
    put_field(out, conversion, prefix, text + first, sizeof(text) - first);
}

static void put_signed(struct output *out, const struct conversion *conversion, int64_t value)
{
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;

    put_number(out, conversion, value < 0 ? "-" : "", magnitude);
}

static void put_string(struct output *out, struct conversion *conversion, const char *text)
{
    size_t max = conversion->precision < 0 ? SIZE_MAX : (size_t)conversion->precision;

    if (text == NULL)
        text = "(null)";
    conversion->zero = false;
    put_field(out, conversion, "", text, strnlen(text, max));
}

static uint64_t unsigned_argument(struct arguments *arguments, int longs)
{
    if (longs >= 2)
        return va_arg(arguments->list, unsigned long long);
    if (longs == 1)
        return va_arg(arguments->list, unsigned long);
    return va_arg(arguments->list, unsigned);
}

static int64_t signed_argument(struct arguments *arguments, int longs)
{
    if (longs >= 2)
        return va_arg(arguments->list, long long);
    if (longs == 1)
        return va_arg(arguments->list, long);
    return va_arg(arguments->list, int);
}

/* A number in the format or, as `*`, from the arguments. */
static int parse_number(const char **format, struct arguments *arguments)
{
    int number = 0;

    if (**format == '*') {
        ++*format;
        return va_arg(arguments->list, int);
    }
    for (; **format >= '0' && **format <= '9'; ++*format)
        number = number * 10 + (**format - '0');
    return number;
}

/* FORMAT points behind the %; returns the end of the conversion. */
static const char *parse_conversion(const char *format, struct arguments *arguments,
                                    struct conversion *conversion)
{
    *conversion = (struct conversion) { .precision = -1 };
    for (; *format == '-' || *format == '0'; format++) {
        conversion->left |= *format == '-';
        conversion->zero |= *format == '0';
    }
    conversion->width = parse_number(&format, arguments);
    if (conversion->width < 0) {
        conversion->left = true;
        conversion->width = -conversion->width;
    }
    if (*format == '.') {
        format++;
        conversion->precision = parse_number(&format, arguments);
    }
    for (; *format == 'l'; format++)
        conversion->longs++;
    conversion->letter = *format;
    return *format == '\0' ? format : format + 1;
}

/* Writes the next argument as CONVERSION says; false if there is no such conversion. */
static bool put_conversion(struct output *out, struct conversion *conversion,
                           struct arguments *arguments)
{
    char character;

    switch (conversion->letter) {
    case 'd':
    case 'i':
        put_signed(out, conversion, signed_argument(arguments, conversion->longs));
        return true;
    case 'u':
    case 'x':
    case 'X':
        put_number(out, conversion, "", unsigned_argument(arguments, conversion->longs));
        return true;
    case 'p':
        put_number(out, conversion, "0x", (uintptr_t)va_arg(arguments->list, void *));
        return true;
    case 's':
        put_string(out, conversion, va_arg(arguments->list, const char *));
        return true;
    case 'c':
        character = (char)va_arg(arguments->list, int);
        conversion->zero = false;
        put_field(out, conversion, "", &character, 1);
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
        if (!put_conversion(&out, &conversion, &arguments))
            while (start < format)
                put(&out, *start++);
    }
    va_end(arguments.list);
    return out.length;
}

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
