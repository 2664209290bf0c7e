/* Formatting: what each conversion prints, and that no byte outside the buffer is touched. */
#include "lib/printf.h"

#include "lib/ktest.h"
#include "lib/string.h"

/* Formats the arguments and compares with EXPECTED.  The format is passed through a function
 * without the compiler's check, since some of them are wrong on purpose. */
static void check(const char *expected, const char *format, ...)
{
    char buffer[100];
    va_list arguments;

    va_start(arguments, format);
    int length = vsnprintf(buffer, sizeof(buffer), format, arguments);
    va_end(arguments);
    if (strcmp(buffer, expected) != 0 || length != (int)strlen(expected))
        ktest_fail(__FILE__, __LINE__, "\"%s\" gave \"%s\", not \"%s\"", format, buffer,
                   expected);
}

KTEST(lib, printf_numbers)
{
    check("0 1 -1", "%d %i %d", 0, 1, -1);
    check("-2147483648 2147483647", "%d %d", INT32_MIN, INT32_MAX);
    check("4294967295 deadbeef DEADBEEF", "%u %x %X", UINT32_MAX, 0xdeadbeefu, 0xdeadbeefu);
    check("-5 7 ff", "%ld %lu %lx", -5l, 7ul, 0xfful);
    check("-9223372036854775808 9223372036854775807", "%lld %lld", INT64_MIN, INT64_MAX);
    check("18446744073709551615 123456789abcdef0", "%llu %llx", UINT64_MAX,
          0x123456789abcdef0ull);
    check("4294967296 100000000", "%llu %llx", 1ull << 32, 1ull << 32);
    check("0x0 0xc0000000", "%p %p", (void *)0, (void *)0xc0000000);
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
        snprintf(buffer, sizeof(buffer), "%llu", (unsigned long long)power);
        EXPECT(strcmp(buffer, expected) == 0);
        if (zeros == 0)
            continue;
        memset(expected, '9', zeros);
        expected[zeros] = '\0';
        snprintf(buffer, sizeof(buffer), "%llu", (unsigned long long)power - 1);
        EXPECT(strcmp(buffer, expected) == 0);
    }
}

KTEST(lib, printf_padding)
{
    check("   42|42   |00042", "%5d|%-5d|%05d", 42, 42, 42);
    check("  -42|-42  |-0042", "%5d|%-5d|%05d", -42, -42, -42);
    check("12345", "%3d", 12345);
    check("        42|       42|00000000042", "%10d|%9d|%011d", 42, 42, 42);
    check("   42|42   |42   ", "%*d|%*d|%-*d", 5, 42, -5, 42, 5, 42);
    check("0x00ff|  0xff", "%06p|%6p", (void *)0xff, (void *)0xff);
    check("0000beef", "%08x", 0xbeefu);
}

KTEST(lib, printf_strings)
{
    check("a|bc||(null)", "%c|%s|%s|%s", 'a', "bc", "", (char *)NULL);
    check("   ab|ab   |   ab", "%5s|%-5s|%05s", "ab", "ab", "ab");
    check("ab|   a||abc", "%.2s|%4.1s|%.s|%.*s", "abc", "abc", "abc", 5, "abc");
    check("abc", "%.*s", -1, "abc");
    check("  x|x  |  x", "%3c|%-3c|%03c", 'x', 'x', 'x');
    check("100%", "%d%%", 100);
}

/* A conversion that does not exist is copied, and so is one that is cut off. */
KTEST(lib, printf_unknown)
{
    check("%y 5", "%y %d", 5);
    check("%", "%");
    check("%-05l", "%-05l");
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
