/* Numbers.  Weak are those of which a program may have its own. */
#include "stdlib.h"

#include "string.h"

bool parse_unsigned(const char *text, unsigned *out)
{
    static const char digits[] = "0123456789abcdef";
    unsigned base = 10, number = 0;

    if (strncmp(text, "0x", 2) == 0) {
        base = 16;
        text += 2;
    }
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        const char *found = strchr(digits, *text);
        unsigned digit = found == NULL ? base : (unsigned)(found - digits);

        if (digit >= base || number > (UINT32_MAX - digit) / base)
            return false;
        number = number * base + digit;
    }
    *out = number;
    return true;
}

/* 36 or more: none. */
static unsigned digit_of(char character)
{
    if (character >= '0' && character <= '9')
        return (unsigned)(character - '0');
    character |= 'a' ^ 'A';
    return character >= 'a' && character <= 'z' ? (unsigned)(character - 'a') + 10 : 36;
}

/* Skips 0x where it begins a number of that base; what the base is, 0 if there is none such. */
static unsigned read_base(const char **text, int base)
{
    const char *at = *text;
    bool has_0x = at[0] == '0' && (at[1] | 0x20) == 'x' && digit_of(at[2]) < 16;

    if (has_0x && (base == 0 || base == 16)) {
        *text += 2;
        return 16;
    }
    if (base == 0)
        return *at == '0' ? 8 : 10;
    return (unsigned)base <= 36 ? (unsigned)base : 0;
}

/* Skips the digits.  More than `limit` becomes `limit`. */
static unsigned read_digits(const char **text, unsigned base, unsigned limit)
{
    unsigned number = 0;

    for (; digit_of(**text) < base; ++*text) {
        unsigned digit = digit_of(**text);
        number = number > (limit - digit) / base ? limit : number * base + digit;
    }
    return number;
}

__attribute__((weak)) long strtol(const char *text, char **end, int base)
{
    const char *at = text;

    while (*at == ' ' || (*at >= '\t' && *at <= '\r'))
        at++;
    bool is_negative = *at == '-';
    at += *at == '-' || *at == '+';
    unsigned radix = read_base(&at, base);
    const char *digits = at;
    unsigned number = read_digits(&at, radix, INT32_MAX + (unsigned)is_negative);
    if (end)
        *end = (char *)(uintptr_t)(at == digits ? text : at);
    return (long)(is_negative ? -number : number);
}

__attribute__((weak)) int atoi(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

__attribute__((weak)) int abs(int number)
{
    return number < 0 ? -number : number;
}

static unsigned random_state = 1;       /* xorshift: never 0 */

void srand(unsigned seed)
{
    random_state = seed * 0x9e3779b9u | 1;
}

__attribute__((weak)) int rand(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return (int)(random_state & RAND_MAX);
}
