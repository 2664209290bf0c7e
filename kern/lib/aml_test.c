/* The search for S5 in byte code, good and bad.  Each case is copied to the very end of its
 * memory, where the host's sanitizer sees a read beyond it. */
#include "lib/aml.h"

#include "abi/error.h"
#include "lib/ktest.h"
#include "lib/random.h"
#include "lib/string.h"

#define CODE(text)  text, sizeof(text) - 1

static int find_types(const char *code, size_t size, uint8_t types[2])
{
    types[0] = types[1] = 0xee;
    return aml_find_soft_off(code, size, types);
}

#define EXPECT_FOUND(text, a, b)                                                        \
    do {                                                                                \
        uint8_t types_[2];                                                              \
        EXPECT_EQ(find_types(CODE(text), types_), 0);                              \
        EXPECT_EQ(types_[0], a);                                                        \
        EXPECT_EQ(types_[1], b);                                                        \
    } while (0)

#define EXPECT_NONE(text)                                                               \
    do {                                                                                \
        uint8_t types_[2];                                                              \
        EXPECT_EQ(find_types(CODE(text), types_), E_NOT_FOUND);                         \
        EXPECT_EQ(types_[0], 0xee);                                                     \
    } while (0)

KTEST(lib, aml_soft_off)
{
    EXPECT_FOUND("\x08_S5_\x12\x06\x04\x00\x00\x00\x00", 0, 0);
    EXPECT_FOUND("xx\x08_S5_\x12\x06\x04\x01\x00\x00\x00yy", 1, 0);
    EXPECT_FOUND("\x08\\_S5_\x12\x0a\x04\x0a\x05\x0a\x05\x00\x00", 5, 5);
    EXPECT_FOUND("\x08_S5_\x12\x4a\x00\x04\x0a\x07\x0a\x06\x00\x00", 7, 6);
    EXPECT_FOUND("\x08_S5_\x12\x06\x02\x0b\x03\x00\x0c\x02\x00\x00\x00", 3, 2);
    /* The name alone is not enough, and the search goes on after it. */
    EXPECT_FOUND("_S5_\x08_S5_\x13\x08_S5_\x12\x06\x04\x0a\x02\x0a\x02", 2, 2);
}

KTEST(lib, aml_no_soft_off)
{
    EXPECT_NONE("");
    EXPECT_NONE("_S5");
    EXPECT_NONE("_S5_\x12\x06\x04\x00\x00\x00\x00");               /* no definition */
    EXPECT_NONE("\\_S5_\x12\x06\x04\x00\x00\x00\x00");
    EXPECT_NONE("\x08_S5_\x11\x06\x04\x00\x00");                   /* no package */
    EXPECT_NONE("\x08_S5_\x12\x06\x01\x05");                       /* of one element */
    EXPECT_NONE("\x08_S5_\x12\x06\x04\x0a\x08\x0a\x05");           /* no sleep type */
    EXPECT_NONE("\x08_S5_\x12\x06\x04\x0d\x05\x0a\x05");           /* no constant */
}

/* However much of the code is missing, nothing is read beyond its end. */
KTEST(lib, aml_cut_short)
{
    static const char code[] = "\x08\\_S5_\x12\xca\x00\x00\x00\x04\x0c\x05\x00\x00\x00\x0b\x05\x00";
    uint8_t types[2];
    char copy[sizeof code - 1];

    for (size_t size = 0; size < sizeof copy; size++) {
        char *end_aligned = copy + sizeof copy - size;
        memcpy(end_aligned, code, size);
        EXPECT_EQ(find_types(end_aligned, size, types), E_NOT_FOUND);
    }
    EXPECT_EQ(find_types(code, sizeof copy, types), 0);
}

KTEST(lib, aml_random_code)
{
    static const char bytes[] = "\x08\\_S5_\x12\x0a\x0b\x0c\x05\x04";
    struct random random;
    unsigned found = 0;

    random_seed(&random, 5);
    for (unsigned run = 0; run < 3000; run++) {
        char code[24] = "\x08_S5_\x12\x06\x04";
        uint8_t types[2];
        for (size_t i = 5 + run % 3; i < sizeof code; i++)
            code[i] = bytes[random_below(&random, sizeof bytes)];
        if (find_types(code, sizeof code, types) == 0) {
            found++;
            EXPECT(types[0] <= 7 && types[1] <= 7);
        }
    }
    EXPECT(found > 0 && found < 3000);
}
