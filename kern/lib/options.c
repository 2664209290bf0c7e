/* The boot command line: everything is built on next_word. */
#include "lib/options.h"

#include "abi/error.h"
#include "lib/string.h"

#define REST_OF_LINE "run="

struct word {
    const char *key;
    size_t key_length;
    const char *value;          /* NULL if the word has no = */
    size_t value_length;
};

/* Splits the next word off `*cursor`; false at the end of the line. */
static bool next_word(const char **cursor, struct word *word)
{
    const char *start = *cursor;

    while (*start == ' ')
        start++;
    if (*start == '\0')
        return false;

    const char *end = start;
    bool rest = strncmp(start, REST_OF_LINE, strlen(REST_OF_LINE)) == 0;
    while (*end != '\0' && (rest || *end != ' '))
        end++;
    *cursor = end;

    const char *equals = start;
    while (equals < end && *equals != '=')
        equals++;
    word->key = start;
    word->key_length = (size_t)(equals - start);
    word->value = equals < end ? equals + 1 : NULL;
    word->value_length = equals < end ? (size_t)(end - equals - 1) : 0;
    return true;
}

static bool has_key(const struct word *word, const char *key)
{
    return strlen(key) == word->key_length && memcmp(word->key, key, word->key_length) == 0;
}

/* The last word with `key`; false if there is none. */
static bool find_word(const char *cmdline, const char *key, struct word *found)
{
    struct word word;
    bool any = false;

    while (next_word(&cmdline, &word))
        if (has_key(&word, key)) {
            *found = word;
            any = true;
        }
    return any;
}

bool option_present(const char *cmdline, const char *key)
{
    struct word word;

    return find_word(cmdline, key, &word);
}

bool option_has_value(const char *cmdline, const char *key)
{
    struct word word;

    return find_word(cmdline, key, &word) && word.value;
}

bool option_string(const char *cmdline, const char *key, char *out, size_t size)
{
    struct word word;

    if (!find_word(cmdline, key, &word) || !word.value || word.value_length >= size)
        return false;
    memcpy(out, word.value, word.value_length);
    out[word.value_length] = '\0';
    return true;
}

/* The value of a digit in `base`, or `base` if it is none. */
static unsigned digit_value(char digit, unsigned base)
{
    unsigned value = base;

    if (digit >= '0' && digit <= '9')
        value = (unsigned)(digit - '0');
    else if (digit >= 'a' && digit <= 'f')
        value = (unsigned)(digit - 'a') + 10;
    else if (digit >= 'A' && digit <= 'F')
        value = (unsigned)(digit - 'A') + 10;
    return MIN(value, base);
}

int option_unsigned(const char *cmdline, const char *key, unsigned standard, unsigned *out)
{
    struct word word;
    unsigned base = 10, number = 0;

    if (!find_word(cmdline, key, &word)) {
        *out = standard;
        return 0;
    }
    if (word.value_length > 2 && memcmp(word.value, "0x", 2) == 0) {
        base = 16;
        word.value += 2;
        word.value_length -= 2;
    }
    if (word.value_length == 0)
        return E_INVAL_ARG;
    for (size_t i = 0; i < word.value_length; i++) {
        unsigned digit = digit_value(word.value[i], base);

        if (digit == base || number > (UINT32_MAX - digit) / base)
            return E_INVAL_ARG;
        number = number * base + digit;
    }
    *out = number;
    return 0;
}

const char *option_check_known(const char *cmdline, const char *const keys[], size_t count)
{
    struct word word;

    while (next_word(&cmdline, &word)) {
        size_t i = 0;

        while (i < count && !has_key(&word, keys[i]))
            i++;
        if (i == count)
            return word.key;
    }
    return NULL;
}
