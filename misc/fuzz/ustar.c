/* Fuzzes the reader of archives.  If the first byte is not 0, the checksum of each block that has
 * the look of a header is made right. */
#include "lib/ustar.h"

#include "abi/error.h"
#include "fuzz.h"

enum { BLOCK = 512, CHECKSUM_AT = 148, CHECKSUM_SIZE = 8, MAGIC_AT = 257 };

static void seal_header(char *header)
{
    unsigned sum = 0;

    memset(header + CHECKSUM_AT, ' ', CHECKSUM_SIZE);
    for (unsigned i = 0; i < BLOCK; i++)
        sum += (uint8_t)header[i];
    for (unsigned i = 0; i < CHECKSUM_SIZE - 2; i++)
        header[CHECKSUM_AT + i] = (char)('0' + (sum >> (15 - 3 * i) & 7));
}

static void walk_archive(const char *archive, size_t size)
{
    struct ustar_file file;
    size_t position = 0, before = 0;

    while (ustar_next(archive, size, &position, &file) == 0) {
        const char *contents = file.data;
        REQUIRE(position > before && position <= size);
        REQUIRE(contents >= archive && file.size <= (size_t)(archive + size - contents));
        REQUIRE(strnlen(file.name, sizeof file.name) < sizeof file.name);
        touch_bytes(contents, file.size);
        before = position;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, size };
    uint8_t sealed;

    take_bytes(&input, &sealed, sizeof sealed);
    char *archive = take_rest(&input, &size);
    for (size_t at = 0; sealed && at + BLOCK <= size; at += BLOCK)
        if (memcmp(archive + at + MAGIC_AT, "ustar", 5) == 0)
            seal_header(archive + at);
    walk_archive(archive, size);
    int error = ustar_check(archive, size);
    REQUIRE(error == 0 || error == E_ARCHIVE);
    if (ustar_is(archive, size))
        touch_bytes(archive, BLOCK);
    free(archive);
    return 0;
}
