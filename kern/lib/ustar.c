/* The ustar format: 512-byte blocks; a header block, then the file's contents, padded; a
 * block of zeros ends the archive. */
#include "lib/ustar.h"

#include "abi/error.h"
#include "lib/string.h"

enum { BLOCK_SIZE = 512 };

struct header {
    char name[100];
    char mode[8], owner[8], group[8];
    char size[12];
    char modified[12];
    char checksum[8];
    char type;
    char link[100];
    char magic[6];
    char version[2];
    char owner_name[32], group_name[32];
    char device_major[8], device_minor[8];
    char prefix[155];
    char padding[12];
};
_Static_assert(sizeof(struct header) == BLOCK_SIZE, "ustar header");

/* A header as numbers, wherever it lies. */
typedef uint32_t __attribute__((may_alias, aligned(1))) header_word;

/*@ axiomatic Octal {
      logic integer octal{L}(char *field, integer digits) reads field[0 .. digits - 1];
      axiom none{L}: \forall char *field; octal(field, 0) == 0;
      axiom next{L}: \forall char *field, integer digits; digits > 0 ==>
        octal(field, digits) == octal(field, digits - 1) * 8 + field[digits - 1] - '0';
    }
    predicate digits(char *field, integer count) =
      \forall integer i; 0 <= i < count ==> '0' <= field[i] <= '7'; */

/* An octal number, ended by a space or a 0 byte or the field's end; false if it is none or
 * exceeds 32 bits. */
/*@ requires \valid_read(field + (0 .. length - 1)) && \valid(out);
    requires \separated(field + (0 .. length - 1), out);
    assigns *out;
    ensures \result ==> \exists integer count; 0 < count <= length &&
      digits(field, count) && *out == octal(field, count) &&
      (count < length ==> field[count] == ' ' || field[count] == 0); */
static bool parse_octal(const char *field, size_t length, uint32_t *out)
{
    uint32_t number = 0;
    size_t i = 0;

    /*@ loop invariant 0 <= i <= length && digits(field, i) && number == octal(field, i);
        loop assigns i, number;
        loop variant length - i; */
    while (i < length && field[i] >= '0' && field[i] <= '7') {
        if (number > UINT32_MAX / 8)
            return false;
        number = number * 8 + (uint32_t)(field[i++] - '0');
    }
    if (i == 0 || (i < length && field[i] != ' ' && field[i] != '\0'))
        return false;
    *out = number;
    return true;
}

static bool is_zero_block(const void *block)
{
    const uint8_t *bytes = block;
    size_t i = 0;

    while (i < BLOCK_SIZE && bytes[i] == 0)
        i++;
    return i == BLOCK_SIZE;
}

/* The sum of all bytes, those of the checksum itself counted as spaces.  Every program at boot has
 * a header: so four bytes at a time, in two sums of 16 bits, which 256 bytes each cannot fill. */
static uint32_t header_checksum(const struct header *header)
{
    const header_word *words = (const header_word *)header;
    uint32_t sums = 0, sum;

    for (size_t i = 0; i < BLOCK_SIZE / sizeof *words; i++)
        sums += (words[i] & 0x00ff00ff) + (words[i] >> 8 & 0x00ff00ff);
    sum = (sums & 0xffff) + (sums >> 16);
    for (size_t i = 0; i < sizeof header->checksum; i++)
        sum += ' ' - (uint8_t)header->checksum[i];
    return sum;
}

/* Magic and version.  What `tar` writes without --format=ustar looks the same for regular files
 * with short names, but for what stands in the place of the prefix. */
static bool is_ustar(const struct header *header)
{
    return memcmp(header->magic, "ustar\0" "00", 8) == 0;
}

static bool is_gnu(const struct header *header)
{
    return memcmp(header->magic, "ustar  ", 8) == 0;
}

static bool is_known(const struct header *header)
{
    return is_ustar(header) || is_gnu(header);
}

static bool header_is_valid(const struct header *header)
{
    uint32_t checksum;

    return is_known(header) && header->name[0] != '\0' &&
           parse_octal(header->checksum, sizeof header->checksum, &checksum) &&
           checksum == header_checksum(header);
}

static bool is_regular_file(const struct header *header)
{
    return header->type == '0' || header->type == '\0' || header->type == '7';
}

/* Types 1 to 6 (links, devices, directories, pipes) have no contents, whatever size says. */
static bool has_contents(const struct header *header)
{
    return header->type < '1' || header->type > '6';
}

static void copy_name(char *out, const struct header *header)
{
    size_t prefix = is_ustar(header) ? strnlen(header->prefix, sizeof header->prefix) : 0;
    size_t name = strnlen(header->name, sizeof header->name);

    memcpy(out, header->prefix, prefix);
    if (prefix > 0)
        out[prefix++] = '/';
    memcpy(out + prefix, header->name, name);
    out[prefix + name] = '\0';
}

/* GNU's way for a name of more than 100 characters: it is the contents of an entry before the
 * file's own.  Of one that is too long for us the end counts: there is the name without folders. */
static bool is_long_name(const struct header *header)
{
    return is_gnu(header) && header->type == 'L';
}

static void copy_long_name(char *out, const char *name, size_t size)
{
    size_t length = strnlen(name, size), kept = MIN(length, (size_t)USTAR_NAME_MAX - 1);

    memcpy(out, name + length - kept, kept);
    out[kept] = '\0';
}

int ustar_next(const void *archive, size_t size, size_t *position, struct ustar_file *out)
{
    const char *bytes = archive;
    bool is_named = false;              /* the entry before was a long name */

    for (;;) {
        if (*position > size || size - *position < BLOCK_SIZE)
            return E_ARCHIVE;           /* the zero block is missing */

        const struct header *header = (const void *)(bytes + *position);
        size_t rest = size - *position - BLOCK_SIZE;
        uint32_t file_size = 0;
        if (is_zero_block(header))
            return E_NOT_FOUND;
        if (!header_is_valid(header) ||
            (has_contents(header) &&
             !parse_octal(header->size, sizeof header->size, &file_size)) ||
            file_size > rest || ROUND_UP(file_size, BLOCK_SIZE) > rest)
            return E_ARCHIVE;

        *position += BLOCK_SIZE + ROUND_UP(file_size, BLOCK_SIZE);
        out->data = (const char *)header + BLOCK_SIZE;
        out->size = file_size;
        if (is_regular_file(header)) {
            if (!is_named)
                copy_name(out->name, header);
            return 0;
        }
        is_named = is_long_name(header);
        if (is_named)
            copy_long_name(out->name, out->data, file_size);
    }
}

bool ustar_is(const void *archive, size_t size)
{
    return size >= BLOCK_SIZE && (is_known(archive) || is_zero_block(archive));
}

int ustar_check(const void *archive, size_t size)
{
    struct ustar_file file;
    size_t position = 0;
    int error;

    do
        error = ustar_next(archive, size, &position, &file);
    while (!error);
    return error == E_NOT_FOUND ? 0 : error;
}
