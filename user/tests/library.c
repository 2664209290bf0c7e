/* The library's own parts that no other test uses: numbers, errors, items. */
#include "abi/error.h"
#include "check.h"
#include "error.h"
#include "items.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"

static void check_parse(const char *text, bool ok, unsigned expected)
{
    unsigned number = 99;

    CHECK_EQ(parse_unsigned(text, &number), ok);
    CHECK_EQ(number, ok ? expected : 99);
}

static void check_long(const char *text, int base, long expected, size_t used)
{
    char *end;

    CHECK_EQ(strtol(text, &end, base), expected);
    CHECK_EQ(end - text, used);
    CHECK_EQ(strtol(text, NULL, base), expected);
}

static void check_strtol(void)
{
    check_long("0", 10, 0, 1);
    check_long(" \t\n+12ab", 10, 12, 6);
    check_long("-12", 0, -12, 3);
    check_long("0x1Fg", 0, 31, 4);
    check_long("0X1f", 16, 31, 4);
    check_long("0x", 16, 0, 1);
    check_long("0xg", 0, 0, 1);
    check_long("0x10", 10, 0, 1);
    check_long("0178", 0, 15, 3);
    check_long("0178", 10, 178, 4);
    check_long("zZ", 36, 35 * 36 + 35, 2);
    check_long("1012", 2, 5, 3);
    check_long("2147483647", 10, 2147483647, 10);
    check_long("2147483648x", 10, 2147483647, 10);
    check_long("-2147483648", 10, -2147483647 - 1, 11);
    check_long("-99999999999999", 10, -2147483647 - 1, 15);
    check_long("80000000", 16, 2147483647, 8);
    check_long("", 10, 0, 0);
    check_long("  -", 10, 0, 0);
    check_long("@", 36, 0, 0);
    check_long("0", 37, 0, 0);
    check_long("0", -1, 0, 0);
    check_long("[", 36, 0, 0);
}

static int compare_numbers(const void *one, const void *other)
{
    const unsigned *a = one, *b = other;

    return *a < *b ? -1 : *a > *b;
}

static int compare_pairs(const void *one, const void *other)
{
    return memcmp(one, other, 2);
}

/* Sorts that many numbers of a sequence, and counts how often each comes before and after. */
static void check_sort(size_t count, unsigned kinds)
{
    unsigned numbers[40], seen[40] = { 0 };

    for (size_t i = 0; i < count; i++) {
        numbers[i] = (unsigned)rand() % kinds;
        seen[numbers[i]]++;
    }
    qsort(numbers, count, sizeof numbers[0], compare_numbers);
    for (size_t i = 0; i < count; i++) {
        CHECK(i == 0 || numbers[i - 1] <= numbers[i]);
        seen[numbers[i]]--;
    }
    for (unsigned kind = 0; kind < kinds; kind++)
        CHECK_EQ(seen[kind], 0);
}

static void check_sorting(void)
{
    char letters[] = "sorted";

    for (size_t count = 0; count <= 40; count++) {
        check_sort(count, 40);
        check_sort(count, 2);
    }
    qsort(letters, 3, 2, compare_pairs);
    CHECK_EQ(strcmp(letters, "edrtso"), 0);
}

static void check_numbers(void)
{
    check_parse("0", true, 0);
    check_parse("0017", true, 17);
    check_parse("4294967295", true, 0xffffffff);
    check_parse("0xdeadbeef", true, 0xdeadbeef);
    check_parse("4294967296", false, 0);
    check_parse("0x100000000", false, 0);
    check_parse("", false, 0);
    check_parse("0x", false, 0);
    check_parse("a", false, 0);
    check_parse("-1", false, 0);
    check_parse("1 ", false, 0);

    check_strtol();
    CHECK(atoi(" 42x") == 42 && atoi("-7") == -7 && atoi("x") == 0);
    CHECK(abs(-5) == 5 && abs(5) == 5 && abs(0) == 0);

    srand(5);
    int first = rand(), second = rand();
    srand(5);
    CHECK(first == rand() && second == rand() && first != second);
    for (unsigned i = 0; i < 1000; i++)
        CHECK(rand() >= 0);
}

static void check_errors(void)
{
    CHECK(strcmp(error_string(0), "success") == 0);
    CHECK(strcmp(error_string(E_ARCHIVE), "archive: damaged") == 0);
    CHECK(strcmp(error_string(-1), "unknown error") == 0);
    CHECK(strcmp(error_string(0x7fffffff), "unknown error") == 0);
    for (int error = 0; error <= E_ARCHIVE; error++)
        CHECK(strcmp(error_string(error), "unknown error") != 0);
}

static void check_items(void)
{
    CHECK_EQ(item_value(3, 17), 3000017);
    CHECK_EQ(item_producer(3000017), 3);
    CHECK_EQ(item_number(3000017), 17);
    CHECK_EQ(item_next(1), 2);
    CHECK_EQ(item_next(999998), 999999);
    CHECK_EQ(item_next(999999), 1);
    CHECK(item_is_later(1, 0) && item_is_later(999999, 0));
    CHECK(item_is_later(2, 1) && item_is_later(100, 1));
    CHECK(!item_is_later(1, 1) && !item_is_later(1, 2) && !item_is_later(5, 100));
    CHECK(item_is_later(1, 999999) && item_is_later(5, 999990));
    CHECK(!item_is_later(999999, 1) && !item_is_later(0, 5) && !item_is_later(0, 0));
}

static void check_arithmetic(void)
{
    volatile uint64_t big = 1000000000000ull;
    volatile double x = 2.0, y = 3.0;

    CHECK_EQ(big / 1000000, 1000000);       /* by the compiler's library */
    CHECK_EQ(big % 999999, 1);
    CHECK_EQ((unsigned)(x / y * 1000), 666);

    char text[80];
    snprintf(text, sizeof text, "%.3f %g %d %e", x / y, y / x, 5, 1e10 * x);
    CHECK(strcmp(text, "0.667 1.5 5 2.000000e+10") == 0);
}

int main(void)
{
    char buffer[32];

    check_numbers();
    check_sorting();
    check_errors();
    check_items();
    check_arithmetic();
    CHECK_EQ(snprintf(buffer, sizeof buffer, "%s %5d|%-4x|", "a", -12, 0xabu), 13);
    CHECK(strcmp(buffer, "a   -12|ab  |") == 0);
    return check_result();
}
