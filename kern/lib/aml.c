/* Looking for one package in ACPI's byte code (ACPI 6.4, chapter 20). */
#include "lib/aml.h"

#include "abi/error.h"
#include "lib/string.h"

#define NAME_OP         0x08            /* 20.2.5.1: NAME_OP, the name, the object */
#define ROOT_PREFIX     '\\'
#define PACKAGE_OP      0x12            /* 20.2.5.4: PACKAGE_OP, length, count, elements */
#define ZERO_OP         0x00            /* constants: 20.2.3 */
#define ONE_OP          0x01
#define BYTE_PREFIX     0x0a
#define WORD_PREFIX     0x0b
#define DWORD_PREFIX    0x0c

#define NAME            "_S5_"
#define NAME_SIZE       4u
#define SLEEP_TYPE_MAX  7u              /* three bits of the register (4.8.3.2.1) */

/* What of the code has not been read. */
struct reader {
    const uint8_t *next, *end;
};

static bool take_byte(struct reader *in, uint8_t *byte)
{
    if (in->next == in->end)
        return false;
    *byte = *in->next++;
    return true;
}

static bool skip_bytes(struct reader *in, size_t count)
{
    if (count > (size_t)(in->end - in->next))
        return false;
    in->next += count;
    return true;
}

/* The package's length: bits 6 and 7 of its first byte count the bytes that follow (20.2.4). */
static bool skip_length(struct reader *in)
{
    uint8_t first;

    return take_byte(in, &first) && skip_bytes(in, first >> 6);
}

/* A constant that is a sleep type: it lies in the first byte, which is the lowest. */
static bool take_sleep_type(struct reader *in, uint8_t *type)
{
    uint8_t prefix;

    if (!take_byte(in, &prefix))
        return false;
    *type = prefix;
    if (prefix == ZERO_OP || prefix == ONE_OP)
        return true;
    if (prefix < BYTE_PREFIX || prefix > DWORD_PREFIX || !take_byte(in, type))
        return false;
    return *type <= SLEEP_TYPE_MAX &&
           skip_bytes(in, prefix == BYTE_PREFIX ? 0 : prefix == WORD_PREFIX ? 1 : 3);
}

static bool take_package(struct reader *in, uint8_t types[2])
{
    uint8_t op, count;

    return take_byte(in, &op) && op == PACKAGE_OP && skip_length(in) && take_byte(in, &count) &&
           count >= 2 && take_sleep_type(in, &types[0]) && take_sleep_type(in, &types[1]);
}

/* Is the name at `name` being given to an object there? */
static bool is_definition(const uint8_t *code, const uint8_t *name)
{
    if (name > code && name[-1] == ROOT_PREFIX)
        name--;
    return name > code && name[-1] == NAME_OP;
}

int aml_find_soft_off(const void *code, size_t size, uint8_t types[2])
{
    const uint8_t *bytes = code;

    for (size_t i = 0; i + NAME_SIZE <= size; i++) {
        struct reader in = { bytes + i + NAME_SIZE, bytes + size };
        uint8_t found[2];
        if (bytes[i] == NAME[0] && memcmp(bytes + i, NAME, NAME_SIZE) == 0 &&
            is_definition(bytes, bytes + i) && take_package(&in, found)) {
            memcpy(types, found, sizeof found);
            return 0;
        }
    }
    return E_NOT_FOUND;
}
