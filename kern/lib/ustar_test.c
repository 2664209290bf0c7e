/* Archives built here byte by byte, then damaged one field at a time. */
#include "lib/ustar_test.h"

#include "abi/error.h"
#include "lib/ktest.h"
#include "lib/printf.h"
#include "lib/random.h"
#include "lib/string.h"

enum {                          /* offsets in a header, from the specification */
    NAME = 0, SIZE = 124, CHECKSUM = 148, TYPE = 156, MAGIC = 257, PREFIX = 345,
};

#define BLOCK 512

static char archive[10 * BLOCK];
static size_t archive_size;

static void put_checksum(char *header)
{
    unsigned sum = 0;

    memset(header + CHECKSUM, ' ', 8);
    for (unsigned i = 0; i < BLOCK; i++)
        sum += (uint8_t)header[i];
    snprintf(header + CHECKSUM, 8, "%c%c%c%c%c%c", '0' + (sum >> 15 & 7), '0' + (sum >> 12 & 7),
             '0' + (sum >> 9 & 7), '0' + (sum >> 6 & 7), '0' + (sum >> 3 & 7), '0' + (sum & 7));
}

static void put_size(char *header, const char *octal)
{
    memcpy(header + SIZE, octal, strlen(octal));
    put_checksum(header);
}

/* Adds a header and a block for its contents, if it has any; returns the header. */
static char *add_file(const char *name, char type, const char *contents)
{
    char *header = archive + archive_size;

    memcpy(header + NAME, name, strnlen(name, 100));
    memcpy(header + MAGIC, "ustar\0" "00", 8);
    header[TYPE] = type;
    put_size(header, *contents == '\0' ? "00000000000" : "00000000005");
    archive_size += BLOCK;
    if (*contents != '\0') {
        memcpy(archive + archive_size, contents, 5);
        archive_size += BLOCK;
    }
    return header;
}

/* ping (5 bytes), a directory, pong (empty), ding (5 bytes), and the end. */
static void make_archive(void)
{
    memset(archive, 0, sizeof archive);
    archive_size = 0;
    add_file("ping", '0', "PING!");
    add_file("directory/", '5', "");
    add_file("pong", '\0', "");
    add_file("ding", '0', "DING!");
    archive_size += BLOCK;
}

static void expect_file(const char *name, const char *contents)
{
    struct ustar_file file;

    EXPECT_EQ(ustar_find(archive, archive_size, name, &file), 0);
    EXPECT(strcmp(file.name, name) == 0);
    EXPECT_EQ(file.size, strlen(contents));
    EXPECT(memcmp(file.data, contents, strlen(contents)) == 0);
}

KTEST(lib, ustar_good)
{
    struct ustar_file file;
    size_t position = 0;

    make_archive();
    EXPECT_EQ(ustar_check(archive, archive_size), 0);
    expect_file("ping", "PING!");
    expect_file("pong", "");
    expect_file("ding", "DING!");
    EXPECT_EQ(ustar_find(archive, archive_size, "pin", &file), E_NOT_FOUND);
    EXPECT_EQ(ustar_find(archive, archive_size, "", &file), E_NOT_FOUND);
    EXPECT_EQ(ustar_find(archive, archive_size, "directory/", &file), E_NOT_FOUND);
    for (unsigned i = 0; i < 3; i++)
        EXPECT_EQ(ustar_next(archive, archive_size, &position, &file), 0);
    EXPECT(strcmp(file.name, "ding") == 0);
    EXPECT_EQ(ustar_next(archive, archive_size, &position, &file), E_NOT_FOUND);
    EXPECT_EQ(ustar_next(archive, archive_size, &position, &file), E_NOT_FOUND);
}

KTEST(lib, ustar_empty)
{
    make_archive();
    EXPECT_EQ(ustar_check(archive + archive_size - BLOCK, BLOCK), 0);
    EXPECT_EQ(ustar_check(archive, 0), E_ARCHIVE);
}

KTEST(lib, ustar_long_names)
{
    char name[USTAR_NAME_MAX], *header;

    make_archive();
    memset(name, 'n', sizeof name);
    name[100] = '\0';
    archive_size -= BLOCK;
    add_file(name, '0', "LONG!");               /* no 0 after it in the header */
    header = add_file("inner", '0', "");
    memset(header + PREFIX, 'p', 155);
    put_checksum(header);
    archive_size += BLOCK;
    EXPECT_EQ(archive_size, sizeof archive);
    expect_file(name, "LONG!");
    memset(name, 'p', 155);
    memcpy(name + 155, "/inner", 7);
    expect_file(name, "");
    header[PREFIX + 1] = '\0';
    put_checksum(header);
    expect_file("p/inner", "");
    memset(header + PREFIX, 'p', 155);
    memset(header + NAME, 'n', 100);            /* the longest that there can be */
    put_checksum(header);
    memset(name + 156, 'n', 100);
    name[256] = '\0';
    expect_file(name, "");
}

/* Cut off anywhere before its last block. */
KTEST(lib, ustar_truncated)
{
    size_t position;
    struct ustar_file file;

    make_archive();
    for (position = archive_size - BLOCK + 1; position <= archive_size + 1; position++) {
        size_t start = position;        /* a position that is none */

        EXPECT_EQ(ustar_next(archive, archive_size, &start, &file), E_ARCHIVE);
    }
    for (size_t size = 0; size < archive_size; size++)
        EXPECT_EQ(ustar_check(archive, size), E_ARCHIVE);
    EXPECT_EQ(ustar_check(archive, archive_size), 0);
}

/* Any wrong byte in a header breaks its checksum. */
KTEST(lib, ustar_bad_checksum)
{
    struct ustar_file file;

    for (unsigned i = 0; i < BLOCK; i++) {
        if (i == CHECKSUM + 7)                  /* after the number's end */
            continue;
        make_archive();
        archive[i] ^= 1;
        EXPECT_EQ(ustar_check(archive, archive_size), E_ARCHIVE);
        EXPECT_EQ(ustar_find(archive, archive_size, "pong", &file), E_ARCHIVE);
    }
}

KTEST(lib, ustar_bad_magic)
{
    make_archive();
    memcpy(archive + MAGIC, "ustar\0" "01", 8);
    put_checksum(archive);
    EXPECT_EQ(ustar_check(archive, archive_size), E_ARCHIVE);
    make_archive();
    archive[NAME] = '\0';
    put_checksum(archive);
    EXPECT_EQ(ustar_check(archive, archive_size), E_ARCHIVE);
}

/* GNU's own format has times where the prefix would be. */
KTEST(lib, ustar_gnu)
{
    struct ustar_file file;
    size_t position = 0;

    make_archive();
    memcpy(archive + MAGIC, "ustar  ", 8);
    memcpy(archive + PREFIX, "14721361142", 12);
    put_checksum(archive);
    EXPECT_EQ(ustar_check(archive, archive_size), 0);
    EXPECT_EQ(ustar_next(archive, archive_size, &position, &file), 0);
    EXPECT(strcmp(file.name, "ping") == 0);
    EXPECT_EQ(file.size, 5);
}

/* Adds what GNU's tar puts before a file whose name is longer than a header's; the header. */
static char *add_long_name(const char *name)
{
    char *header = add_file("././@LongLink", 'L', ""), octal[12];

    memcpy(header + MAGIC, "ustar  ", 8);
    snprintf(octal, sizeof octal, "%011o", (unsigned)strlen(name) + 1);
    put_size(header, octal);
    memcpy(archive + archive_size, name, strlen(name));
    archive_size += BLOCK;
    return header;
}

KTEST(lib, ustar_gnu_long_names)
{
    char name[400], *header;

    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    const char *longest = name + sizeof name - USTAR_NAME_MAX;
    make_archive();
    archive_size -= BLOCK;
    add_long_name(longest);
    add_file("short", '0', "LONG!");
    expect_file(longest, "LONG!");

    make_archive();
    archive_size -= BLOCK;
    header = add_long_name(name);
    add_file("short", '0', "LONG!");
    expect_file(longest, "LONG!");              /* the end of it */
    header[TYPE] = 'K';                         /* a link's target: of no interest */
    put_checksum(header);
    expect_file("short", "LONG!");
}

/* Other formats are told from an archive that is damaged. */
KTEST(lib, ustar_is)
{
    make_archive();
    EXPECT(ustar_is(archive, archive_size));
    archive[NAME] ^= 1;
    EXPECT(ustar_is(archive, archive_size));
    EXPECT(!ustar_is(archive, BLOCK - 1));
    EXPECT(ustar_is(archive + archive_size - BLOCK, BLOCK));        /* empty */
    memset(archive + MAGIC, 0, 8);                                  /* as before there was ustar */
    EXPECT(!ustar_is(archive, archive_size));
}

static void expect_size_error(const char *octal, int error)
{
    make_archive();
    put_size(archive, octal);
    EXPECT_EQ(ustar_check(archive, archive_size), error);
}

/* Already for the file itself: what follows is nothing to the point. */
static void expect_no_file(const char *octal)
{
    struct ustar_file file;
    size_t position = 0;

    make_archive();
    put_size(archive, octal);
    EXPECT_EQ(ustar_next(archive, archive_size, &position, &file), E_ARCHIVE);
    EXPECT_EQ(position, 0);
}

KTEST(lib, ustar_size_that_wraps)
{
    expect_no_file("37777777000");      /* the padded size is 2^32 - 512 */
    expect_no_file("37777777001");      /* the padded size wraps to 0 */
    expect_no_file("37777777777");
    expect_no_file("40000000000");      /* 2^32 */
    expect_no_file("40000000005");
}

KTEST(lib, ustar_bad_size)
{
    expect_size_error("00000001000", 0);           /* 512: the whole block */
    expect_size_error("00000001 05", 0);           /* 1 */
    expect_size_error("00000005000", 0);           /* up to the zero block */
    expect_size_error("00000003001", E_ARCHIVE);        /* up to what is no header */
    expect_size_error("00000005001", E_ARCHIVE);        /* up to the end: no zero block */
    expect_size_error("00000006001", E_ARCHIVE);
    expect_size_error("00037777777", E_ARCHIVE);
    expect_size_error("37777777000", E_ARCHIVE);        /* the padded size is 2^32 - 512 */
    expect_size_error("37777777001", E_ARCHIVE);        /* the padded size wraps to 0 */
    expect_size_error("37777777777", E_ARCHIVE);
    expect_size_error("40000000000", E_ARCHIVE);        /* 2^32 */
    expect_size_error("40000000005", E_ARCHIVE);
    expect_size_error("77777777777", E_ARCHIVE);
    expect_size_error("777777777777", E_ARCHIVE);
    expect_size_error("0000000000x", E_ARCHIVE);
    expect_size_error("00000000008", E_ARCHIVE);
    expect_size_error("-0000000001", E_ARCHIVE);
    expect_size_error("           ", E_ARCHIVE);
    expect_size_error("\x80", E_ARCHIVE);               /* GNU's binary numbers */
}

/* A number may fill its whole field; one that is missing is no zero. */
KTEST(lib, ustar_odd_size)
{
    make_archive();
    archive[SIZE + 12] = '7';                           /* the next field */
    put_size(archive, "000000000005");
    expect_file("ping", "PING!");
    make_archive();
    put_size(archive + 3 * BLOCK, "           ");
    EXPECT_EQ(ustar_check(archive, archive_size), E_ARCHIVE);
}

/* Links, directories and the like have no contents, whatever their size says. */
KTEST(lib, ustar_size_without_contents)
{
    for (char type = '1'; type <= '6'; type++) {
        make_archive();
        archive[2 * BLOCK + TYPE] = type;
        put_size(archive + 2 * BLOCK, "00000007777");
        EXPECT_EQ(ustar_check(archive, archive_size), 0);
        expect_file("pong", "");
    }
}

/* Only a block that is all zeros ends the archive. */
KTEST(lib, ustar_bad_end)
{
    for (unsigned i = 0; i < BLOCK; i += BLOCK - 1) {
        make_archive();
        archive[archive_size - BLOCK + i] = 1;
        EXPECT_EQ(ustar_check(archive, archive_size), E_ARCHIVE);
    }
}

/* Random bytes in headers with right checksums: what is found lies inside the archive. */
KTEST(lib, ustar_random)
{
    struct ustar_file file;
    struct random random;
    unsigned found = 0;

    random_seed(&random, 1);
    for (unsigned round = 0; round < 1000; round++) {
        char *header = archive + BLOCK * (size_t[]) { 0, 2, 3, 4 }[round % 4];
        size_t position = 0;

        make_archive();
        for (unsigned changes = 1 + random_below(&random, 3); changes > 0; changes--)
            header[SIZE + random_below(&random, 12)] = (char)('0' + random_below(&random, 9));
        header[TYPE] = (char)('0' + random_below(&random, 8));
        put_checksum(header);
        while (ustar_next(archive, archive_size, &position, &file) == 0) {
            size_t offset = (size_t)((const char *)file.data - archive);

            found++;
            EXPECT(offset <= archive_size && file.size <= archive_size - offset);
            EXPECT(strlen(file.name) < USTAR_NAME_MAX);
        }
    }
    EXPECT(found > 1000);
}
