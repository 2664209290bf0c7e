/* Memory and string functions, compared with the plainest way to say what they mean. */
#include "lib/string.h"

#include "lib/ktest.h"

#define SIZE 24             /* of the areas: every start, length and overlap in them is tried */

static uint8_t area[SIZE], expected[SIZE];

static void fill_bytes(uint8_t *bytes)
{
    for (unsigned i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)(i * 37 + 1);
}

static bool area_is_as_expected(void)
{
    for (unsigned i = 0; i < SIZE; i++)
        if (area[i] != expected[i])
            return false;
    return true;
}

KTEST(lib, string_memset)
{
    for (unsigned start = 0; start < 8; start++)
        for (unsigned size = 0; size <= SIZE - start; size++) {
            fill_bytes(area);
            fill_bytes(expected);
            for (unsigned i = 0; i < size; i++)
                expected[start + i] = 0xa5;
            EXPECT(memset(area + start, 0x7a5, size) == area + start);
            EXPECT(area_is_as_expected());
        }
}

KTEST(lib, string_memcpy)
{
    uint8_t source[SIZE];

    for (unsigned i = 0; i < SIZE; i++)
        source[i] = (uint8_t)(200 - i);
    for (unsigned start = 0; start < 8; start++)
        for (unsigned size = 0; size <= SIZE - start; size++) {
            fill_bytes(area);
            fill_bytes(expected);
            for (unsigned i = 0; i < size; i++)
                expected[start + i] = source[i];
            EXPECT(memcpy(area + start, source, size) == area + start);
            EXPECT(area_is_as_expected());
        }
}

KTEST(lib, string_memmove)
{
    for (unsigned from = 0; from < SIZE; from++)
        for (unsigned to = 0; to < SIZE; to++)
            for (unsigned size = 0; size <= SIZE - MAX(from, to); size++) {
                fill_bytes(area);
                fill_bytes(expected);
                for (unsigned i = 0; i < size; i++)
                    expected[to + i] = (uint8_t)((from + i) * 37 + 1);
                EXPECT(memmove(area + to, area + from, size) == area + to);
                EXPECT(area_is_as_expected());
            }
}

KTEST(lib, string_memcmp)
{
    EXPECT(memcmp("abc", "abd", 2) == 0);
    EXPECT(memcmp("abc", "abd", 3) < 0);
    EXPECT(memcmp("abd", "abc", 3) > 0);
    EXPECT(memcmp("a\0b", "a\0c", 3) < 0);
    EXPECT(memcmp("\x80", "\x7f", 1) > 0);
    EXPECT(memcmp("a", "b", 0) == 0);
}

KTEST(lib, string_length)
{
    EXPECT_EQ(strlen(""), 0);
    EXPECT_EQ(strlen("abc"), 3);
    EXPECT_EQ(strnlen("abc", 0), 0);
    EXPECT_EQ(strnlen("abc", 2), 2);
    EXPECT_EQ(strnlen("abc", 3), 3);
    EXPECT_EQ(strnlen("abc", 4), 3);
}

KTEST(lib, string_compare)
{
    EXPECT(strcmp("", "") == 0);
    EXPECT(strcmp("abc", "abc") == 0);
    EXPECT(strcmp("abc", "ab") > 0);
    EXPECT(strcmp("ab", "abc") < 0);
    EXPECT(strcmp("\x80", "a") > 0);
    EXPECT(strncmp("abc", "abd", 2) == 0);
    EXPECT(strncmp("abc", "abd", 3) < 0);
    EXPECT(strncmp("ab\0x", "ab\0y", 4) == 0);
    EXPECT(strncmp("a", "b", 0) == 0);
}

KTEST(lib, string_strchr)
{
    const char *text = "hello";

    EXPECT(strchr(text, 'h') == text);
    EXPECT(strchr(text, 'l') == text + 2);
    EXPECT(strchr(text, 'z') == NULL);
    EXPECT(strchr(text, '\0') == text + 5);
    EXPECT(strchr("", 'a') == NULL);
}

KTEST(lib, string_strlcpy)
{
    char buffer[] = "######";

    EXPECT_EQ(strlcpy(buffer, "abc", 0), 3);
    EXPECT(buffer[0] == '#');
    EXPECT_EQ(strlcpy(buffer, "abc", 1), 3);
    EXPECT(memcmp(buffer, "\0#####", 6) == 0);
    EXPECT_EQ(strlcpy(buffer, "abc", 3), 3);
    EXPECT(memcmp(buffer, "ab\0###", 6) == 0);
    EXPECT_EQ(strlcpy(buffer, "abc", 4), 3);
    EXPECT(memcmp(buffer, "abc\0##", 6) == 0);
    EXPECT_EQ(strlcpy(buffer, "", 6), 0);
    EXPECT(memcmp(buffer, "\0bc\0##", 6) == 0);
}
