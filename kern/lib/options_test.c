/* The boot command line: keys, values, numbers, and the rest of the line after run=. */
#include "lib/options.h"

#include "abi/error.h"
#include "lib/ktest.h"
#include "lib/string.h"

static const char line[] = "  demo items=20 cpus=0x4 log= seed=1  seed=2 run=ping 1 items=7 x ";

KTEST(lib, options_present)
{
    EXPECT(option_present(line, "demo"));
    EXPECT(option_present(line, "items"));
    EXPECT(option_present(line, "log"));
    EXPECT(option_present(line, "run"));
    EXPECT(!option_present(line, "dem"));
    EXPECT(!option_present(line, "demos"));
    EXPECT(!option_present(line, "x"));
    EXPECT(!option_present(line, "ping"));
    EXPECT(!option_present("", "demo"));
    EXPECT(!option_present("   ", ""));
}

KTEST(lib, options_value)
{
    EXPECT(!option_has_value(line, "demo"));
    EXPECT(!option_has_value(line, "missing"));
    EXPECT(option_has_value(line, "log"));
    EXPECT(option_has_value(line, "run"));
    EXPECT(!option_has_value("log= log", "log"));
}

KTEST(lib, options_string)
{
    char value[32] = "untouched";

    EXPECT(!option_string(line, "demo", value, sizeof value));
    EXPECT(!option_string(line, "missing", value, sizeof value));
    EXPECT(!option_string(line, "items", value, 2));
    EXPECT(strcmp(value, "untouched") == 0);
    EXPECT(option_string(line, "items", value, 3) && strcmp(value, "20") == 0);
    EXPECT(option_string(line, "seed", value, sizeof value) && strcmp(value, "2") == 0);
    EXPECT(option_string(line, "log", value, sizeof value) && strcmp(value, "") == 0);
    EXPECT(option_string(line, "run", value, sizeof value));
    EXPECT(strcmp(value, "ping 1 items=7 x ") == 0);
    EXPECT(option_string("a=b=c", "a", value, sizeof value) && strcmp(value, "b=c") == 0);
}

static void expect_number(const char *cmdline, int error, unsigned expected)
{
    unsigned number = 99;

    EXPECT_EQ(option_unsigned(cmdline, "n", 5, &number), error);
    EXPECT_EQ(number, expected);
}

KTEST(lib, options_unsigned)
{
    expect_number("m=1", 0, 5);
    expect_number("n=0", 0, 0);
    expect_number("n=017", 0, 17);
    expect_number("n=4294967295", 0, UINT32_MAX);
    expect_number("n=0xffffFFFF", 0, UINT32_MAX);
    expect_number("n=0x09aAfF", 0, 0x9aaff);
    expect_number("run=n=3", 0, 5);
    expect_number("n=4294967296", E_INVAL_ARG, 99);
    expect_number("n=42949672950", E_INVAL_ARG, 99);
    expect_number("n=0x100000000", E_INVAL_ARG, 99);
    expect_number("n=", E_INVAL_ARG, 99);
    expect_number("n", E_INVAL_ARG, 99);
    expect_number("n=0x", E_INVAL_ARG, 99);
    expect_number("n=-1", E_INVAL_ARG, 99);
    expect_number("n=1k", E_INVAL_ARG, 99);
    expect_number("n=a", E_INVAL_ARG, 99);
    expect_number("n=:", E_INVAL_ARG, 99);
    expect_number("n=0x@", E_INVAL_ARG, 99);
    expect_number("n=0xg", E_INVAL_ARG, 99);
}

KTEST(lib, options_known)
{
    static const char *const keys[] = { "demo", "items", "cpus", "log", "seed", "run" };

    EXPECT(option_check_known(line, keys, ARRAY_SIZE(keys)) == NULL);
    EXPECT(option_check_known(line, keys, ARRAY_SIZE(keys) - 1) == strchr(line, 'r'));
    EXPECT(option_check_known("", keys, 0) == NULL);
    EXPECT(option_check_known(line, keys, 0) == line + 2);
    EXPECT(option_check_known("demo=1 item=2", keys, ARRAY_SIZE(keys)) != NULL);
}
