/* Formatting: what each conversion prints, and that no byte outside the buffer is touched. */
#include "lib/printf.h"

#include "lib/ktest.h"
#include "lib/string.h"

/* Formats the arguments and compares with `expected`.  The format is passed through a function
 * without the compiler's check, since some of them are wrong on purpose. */
static void check_format(const char *expected, const char *format, ...)
{
    char buffer[100];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    if (strcmp(buffer, expected) != 0 || length != (int)strlen(expected))
        ktest_fail(__FILE__, __LINE__, "\"%s\" gave \"%s\", not \"%s\"", format, buffer,
                   expected);
}

KTEST(lib, printf_numbers)
{
    check_format("0 1 -1", "%d %i %d", 0, 1, -1);
    check_format("-2147483648 2147483647", "%d %d", INT32_MIN, INT32_MAX);
    check_format("4294967295 deadbeef DEADBEEF", "%u %x %X", UINT32_MAX, 0xdeadbeefu, 0xdeadbeefu);
    check_format("-5 7 ff", "%ld %lu %lx", -5l, 7ul, 0xfful);
    check_format("-9223372036854775808 9223372036854775807", "%lld %lld", INT64_MIN, INT64_MAX);
    check_format("18446744073709551615 123456789abcdef0", "%llu %llx", UINT64_MAX,
                 0x123456789abcdef0ull);
    check_format("4294967296 100000000", "%llu %llx", 1ull << 32, 1ull << 32);
    check_format("0x0 0xc0000000", "%p %p", (void *)0, (void *)0xc0000000);
}

KTEST(lib, printf_lengths)
{
    check_format("-1 -1 255 65535", "%hhd %hd %hhu %hu", 0xff, 0xffff, 0x4ff, 0x4ffff);
    check_format("1 2 3 4", "%jd %zu %td %ji", (intmax_t)1, (size_t)2, (ptrdiff_t)3, (intmax_t)4);
    check_format("-9223372036854775808", "%jd", INTMAX_MIN);
}

KTEST(lib, printf_flags)
{
    check_format("+1 -1 +0| 1 -1", "%+d %+d %+d|% d % d", 1, -1, 0, 1, -1);
    check_format("+1|  +1|+01", "%+ d|%+4d|%+03d", 1, 1, 1);
    check_format("0xff 0XFF 0 017 0 7", "%#x %#X %#x %#o %#o %o", 255, 255, 0, 15, 0, 7);
    check_format("0x000f|   0xf|0xf   ", "%#06x|%#6x|%-#6x", 15, 15, 15);
}

KTEST(lib, printf_integer_precision)
{
    check_format("007|-007|0000|", "%.3d|%.3d|%.4u|%.0d", 7, -7, 0, 0);
    check_format("  007|007  |  007", "%5.3d|%-5.3d|%05.3d", 7, 7, 7);
    check_format("0x007 007 07 0|0", "%#.3x %#.3o %#.2o %#.0o|%.*d", 7, 7, 7, 0, -1, 0);
    check_format("1777777777777777777777", "%llo", UINT64_MAX);
}

/* misc/host compares many more with the host's. */
KTEST(lib, printf_doubles)
{
    check_format("0.500000 -0.5 2 4", "%f %.1f %.0f %.0f", 0.5, -0.5, 2.5, 3.5);
    check_format("1.000000e+00 1.5E-07 9.99e+99", "%e %.1E %.2e", 1.0, 1.5e-7, 9.99e99);
    check_format("0.1 100000 1e+06 1e-05 0.0001", "%g %g %g %g %g", 0.1, 1e5, 1e6, 1e-5, 1e-4);
    check_format("1.00000e+06 0.100000 3.", "%#g %#g %#.0f", 999999.5, 0.1, 3.0);
    check_format("0.1000000000000000055511151231257827", "%.34f", 0.1);
    check_format("inf -INF nan|  inf", "%f %G %e|%05f", __builtin_inf(), -__builtin_inf(),
                 __builtin_nan(""), __builtin_inf());
    check_format("+1.0|001.0|1.0  ", "%+.1f|%05.1f|%-5.1f", 1.0, 1.0, 1.0);
    check_format("4.9407e-324 1.7977e+308", "%.4e %.4e", 4.9406564584124654e-324,
                 1.7976931348623157e308);
}

/* Each power of ten, and the numbers next to it: a wrong carry between digits shows here. */
KTEST(lib, printf_powers_of_ten)
{
    char expected[24], buffer[24];
    uint64_t power = 1;

    for (size_t zeros = 0; zeros < 20; zeros++, power *= 10) {
        expected[0] = '1';
        memset(expected + 1, '0', zeros);
        expected[1 + zeros] = '\0';
        snprintf(buffer, sizeof buffer, "%llu", (unsigned long long)power);
        EXPECT(strcmp(buffer, expected) == 0);
        if (zeros == 0)
            continue;
        memset(expected, '9', zeros);
        expected[zeros] = '\0';
        snprintf(buffer, sizeof buffer, "%llu", (unsigned long long)power - 1);
        EXPECT(strcmp(buffer, expected) == 0);
    }
}

KTEST(lib, printf_padding)
{
    check_format("   42|42   |00042", "%5d|%-5d|%05d", 42, 42, 42);
    check_format("  -42|-42  |-0042", "%5d|%-5d|%05d", -42, -42, -42);
    check_format("12345", "%3d", 12345);
    check_format("        42|       42|00000000042", "%10d|%9d|%011d", 42, 42, 42);
    check_format("   42|42   |42   ", "%*d|%*d|%-*d", 5, 42, -5, 42, 5, 42);
    check_format("0x00ff|  0xff", "%06p|%6p", (void *)0xff, (void *)0xff);
    check_format("0000beef", "%08x", 0xbeefu);
}

KTEST(lib, printf_strings)
{
    check_format("a|bc||(null)", "%c|%s|%s|%s", 'a', "bc", "", (char *)NULL);
    check_format("   ab|ab   |   ab", "%5s|%-5s|%05s", "ab", "ab", "ab");
    check_format("ab|   a||abc", "%.2s|%4.1s|%.s|%.*s", "abc", "abc", "abc", 5, "abc");
    check_format("abc", "%.*s", -1, "abc");
    check_format("  x|x  |  x", "%3c|%-3c|%03c", 'x', 'x', 'x');
    check_format("100%", "%d%%", 100);
}

/* A conversion that does not exist is copied and its argument skipped; one that is cut off has
 * none. */
KTEST(lib, printf_unknown)
{
    check_format("%y 5", "%y %d", 4, 5);
    check_format("%lly %-3n 5 abc", "%lly %-3n %d %s", 4ll, (void *)0, 5, "abc");
    check_format("%", "%");
    check_format("%-05l", "%-05l");
    check_format("1 %", "%d %", 1);
}

/* The longest numbers that a format can ask for stay numbers. */
KTEST(lib, printf_absurd_precision)
{
    char buffer[10];

    EXPECT_EQ(snprintf(buffer, sizeof buffer, "%.99999999999s", "abc"), 3);
    EXPECT(strcmp(buffer, "abc") == 0);
    EXPECT_EQ(snprintf(buffer, sizeof buffer, "%.*s", INT32_MIN, "abc"), 3);
}

static void put_nothing(struct printf_sink *sink UNUSED, char character UNUSED)
{
}

static const char *error_name(int error)
{
    return error == 3 ? "three" : NULL;
}

static int format_to(struct printf_sink *sink, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = vprintf_sink(sink, format, arguments);
    va_end(arguments);
    return length;
}

KTEST(lib, printf_error_names)
{
    struct printf_sink sink = { put_nothing, error_name };

    EXPECT_EQ(format_to(&sink, "%e", 3), (int)strlen("three"));
    EXPECT_EQ(format_to(&sink, "%e", -3), (int)strlen("three"));
    EXPECT_EQ(format_to(&sink, "%e %d", 99, 5), (int)strlen("error 99 5"));
}

KTEST(lib, printf_truncation)
{
    for (size_t size = 0; size <= 8; size++) {
        char buffer[] = "########";

        EXPECT_EQ(snprintf(buffer, size, "%s-%d", "abc", 42), 6);
        EXPECT(size == 0 || memcmp(buffer, "abc-42", MIN(size - 1, 6u)) == 0);
        EXPECT(size == 0 || buffer[MIN(size - 1, 6u)] == '\0');
        for (size_t i = MIN(size, 7u); i < 8; i++)
            EXPECT(buffer[i] == '#');
    }
}
