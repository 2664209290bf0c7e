/* The kernel's printf against the host's: random formats with random values, a fixed number of
 * rounds with a fixed seed.  Only what ISO C defines is asked for. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lib/ktest.h"
#include "lib/random.h"

#define ROUNDS    200000
#define TEXT_MAX  2000          /* the longest: 309 digits, and the widest precision */

/* lib/printf.c's, by the name that rename.h gives it. */
int kernel_snprintf(char *buffer, size_t size, const char *format, ...);

/* A format for one value, and after it an int: it is wrong if the value was not taken whole. */
struct format {
    char text[64];
    char letter;
    size_t size;                /* of an integer */
};

static struct random random_numbers;

static unsigned below(unsigned limit)
{
    return random_below(&random_numbers, limit);
}

static void append(struct format *format, const char *text)
{
    strcat(format->text, text);
}

static void append_number(struct format *format, unsigned number)
{
    snprintf(format->text + strlen(format->text), 12, "%u", number);
}

static void append_flags(struct format *format, const char *allowed)
{
    for (const char *flag = allowed; *flag != '\0'; flag++)
        if (below(4) == 0)
            append(format, (char[]) { *flag, '\0' });
}

static void append_width_and_precision(struct format *format, unsigned max)
{
    if (below(2) == 0)
        append_number(format, 1 + below(40));
    if (below(2) == 0) {
        append(format, ".");
        if (below(8) != 0)
            append_number(format, below(max));
    }
}

static void append_length(struct format *format)
{
    static const struct { const char *text; size_t size; } lengths[] = {
        { "hh", 1 }, { "h", 2 }, { "", sizeof(int) }, { "l", sizeof(long) },
        { "ll", sizeof(long long) }, { "j", sizeof(intmax_t) }, { "z", sizeof(size_t) },
        { "t", sizeof(ptrdiff_t) },
    };
    unsigned i = below(ARRAY_SIZE(lengths));

    append(format, lengths[i].text);
    format->size = lengths[i].size;
}

/* The flags that each kind of conversion has a meaning for. */
static struct format random_format(const char *letters)
{
    struct format format = { .text = "<%", .letter = letters[below((unsigned)strlen(letters))] };

    switch (format.letter) {
    case 'd': case 'i':
        append_flags(&format, "-+ 0");
        break;
    case 'u':
        append_flags(&format, "-0");
        break;
    case 's': case 'c':
        append_flags(&format, "-");
        break;
    case 'x': case 'X': case 'o':
        append_flags(&format, "-#0");
        break;
    case 'g': case 'G':                 /* glibc 2.36 has #'s zeros wrong for 999999.5 */
        append_flags(&format, "-+ 0");
        break;
    default:
        append_flags(&format, "-+ #0");
    }
    if (format.letter == 'c')
        append_number(&format, 1 + below(9));
    else
        append_width_and_precision(&format, below(20) == 0 ? 1100 : 30);
    if (strchr("diuxXo", format.letter))
        append_length(&format);
    append(&format, (char[]) { format.letter, '>', '%', 'd', '\0' });
    return format;
}

static uint64_t random_bits(void)
{
    uint64_t bits = (uint64_t)random_next(&random_numbers) << 32 | random_next(&random_numbers);

    switch (below(4)) {
    case 0:
        return bits;
    case 1:
        return bits >> below(64);
    case 2:
        return ~(bits >> below(64));
    default:
        return below(3);
    }
}

/* Any double; few digits; halves, which round to even; the ends of the range. */
static double random_double(void)
{
    static const double ends[] = {
        0.0, -0.0, DBL_MAX, -DBL_MAX, DBL_MIN, DBL_TRUE_MIN, INFINITY, -INFINITY, NAN, 0.1,
        1e23, 9.5, 99.5, 0.5, 1.5, 2.5, 9.9999995, 999999.5, 1e-5, 0.00012345, 123456789.0,
    };
    uint64_t bits = random_bits();
    double value;

    switch (below(4)) {
    case 0:
        memcpy(&value, &bits, sizeof value);
        return value;
    case 1:
        return (double)(int)below(2000000) / pow(10, (int)below(8));
    case 2:
        return (double)(int)below(100000) / (double)(1u << below(20));
    default:
        return ends[below(ARRAY_SIZE(ends))];
    }
}

static char host_text[TEXT_MAX], kernel_text[TEXT_MAX];

/* `format`, and the value and the int for it, printed by both. */
#define COMPARE(format, value)                                                          \
    compare(format,                                                                     \
            snprintf(host_text, sizeof(host_text), (format)->text, value, 42),          \
            kernel_snprintf(kernel_text, sizeof(kernel_text), (format)->text, value, 42))

static void compare(const struct format *format, int host_length, int kernel_length)
{
    if (strcmp(host_text, kernel_text) != 0 || host_length != kernel_length)
        ktest_fail(__FILE__, __LINE__, "\"%s\" gave \"%s\" (%d), not \"%s\" (%d)",
                   format->text, kernel_text, kernel_length, host_text, host_length);
}

/* The formats are what is tested: the compiler cannot check them. */
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

KTEST(host, printf_integers)
{
    random_seed(&random_numbers, 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct format format = random_format("diuxXo");
        uint64_t value = random_bits();

        if (format.size > sizeof(int))
            COMPARE(&format, value);
        else
            COMPARE(&format, (int)value);
    }
}

KTEST(host, printf_doubles)
{
    random_seed(&random_numbers, 2);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct format format = random_format("fFeEgG");
        double value = random_double();

        COMPARE(&format, value);
    }
}

KTEST(host, printf_text)
{
    static const char *const texts[] = { "", "a", "some text", "longer than most precisions" };

    random_seed(&random_numbers, 3);
    for (unsigned round = 0; round < ROUNDS / 10; round++) {
        struct format format = random_format("sc");
        const char *text = texts[below(ARRAY_SIZE(texts))];
        int character = 1 + (int)below(126);

        if (format.letter == 's')
            COMPARE(&format, text);
        else
            COMPARE(&format, character);
    }
}
