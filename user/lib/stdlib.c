/* Numbers. */
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

static unsigned random_state = 1;       /* xorshift: never 0 */

void srand(unsigned seed)
{
    random_state = seed * 0x9e3779b9u | 1;
}

/* Weak: a program may have its own. */
__attribute__((weak)) int rand(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return (int)(random_state & RAND_MAX);
}
