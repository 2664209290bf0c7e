/* The field of a conversion, and integers in it. */
#include "lib/printf_priv.h"

#include "lib/string.h"

enum { DIGITS_MAX = 22 };               /* of a 64-bit number in base 8 */

void put(struct output *out, char character)
{
    out->sink->put(out->sink, character);
    out->length++;
}

void put_repeated(struct output *out, char character, int count)
{
    for (; count > 0; count--)
        put(out, character);
}

void put_text(struct output *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        put(out, text[i]);
}

int field_begin(struct output *out, const struct conversion *conversion, const char *prefix,
                size_t length)
{
    int begin = out->length;
    int padding = conversion->width - (int)(strlen(prefix) + length);

    if (!conversion->left && !conversion->zero)
        put_repeated(out, ' ', padding);
    put_text(out, prefix, strlen(prefix));
    if (!conversion->left && conversion->zero)
        put_repeated(out, '0', padding);
    return begin;
}

/* Only a field with the flag - has room left. */
void field_end(struct output *out, const struct conversion *conversion, int begin)
{
    put_repeated(out, ' ', begin + conversion->width - out->length);
}

void put_text_field(struct output *out, struct conversion *conversion, const char *prefix,
                    const char *text, size_t length)
{
    conversion->zero = false;
    int begin = field_begin(out, conversion, prefix, length);
    put_text(out, text, length);
    field_end(out, conversion, begin);
}

const char *sign_prefix(const struct conversion *conversion, bool negative)
{
    return negative ? "-" : conversion->plus ? "+" : conversion->space ? " " : "";
}

static unsigned base_of(char letter)
{
    return letter == 'o' ? 8 : strchr("xXp", letter) != NULL ? 16 : 10;
}

/* The precision is how many digits there are at least, 1 if it is absent.  For octal numbers the
 * flag # means one zero more, unless the first digit is one already. */
static void put_integer(struct output *out, struct conversion *conversion, const char *prefix,
                        uint64_t value)
{
    const char *digits = conversion->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    unsigned base = base_of(conversion->letter);
    char text[DIGITS_MAX];
    size_t first = sizeof text;

    for (; value != 0; value /= base)
        text[--first] = digits[value % base];
    int length = (int)(sizeof text - first);
    int zeros = (conversion->precision < 0 ? 1 : conversion->precision) - length;
    if (conversion->alternate && conversion->letter == 'o')
        zeros = MAX(zeros, 1);
    zeros = MAX(zeros, 0);
    if (conversion->precision >= 0)
        conversion->zero = false;
    int begin = field_begin(out, conversion, prefix, (size_t)(zeros + length));
    put_repeated(out, '0', zeros);
    put_text(out, text + first, (size_t)length);
    field_end(out, conversion, begin);
}

void put_signed(struct output *out, struct conversion *conversion, int64_t value)
{
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;

    put_integer(out, conversion, sign_prefix(conversion, value < 0), magnitude);
}

static const char *base_prefix(const struct conversion *conversion, uint64_t value)
{
    if (conversion->letter == 'p')
        return "0x";
    if (!conversion->alternate || base_of(conversion->letter) != 16 || value == 0)
        return "";
    return conversion->letter == 'X' ? "0X" : "0x";
}

void put_unsigned(struct output *out, struct conversion *conversion, uint64_t value)
{
    put_integer(out, conversion, base_prefix(conversion, value), value);
}
