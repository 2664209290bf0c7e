/* Memory and string functions.  Those that move memory use the string instructions, which
 * rely on the direction flag being clear, as the calling convention promises. */
#include "lib/string.h"

void *memcpy(void *to, const void *from, size_t size)
{
    void *destination = to;
    size_t words = size / 4;

    __asm__ volatile("rep movsl" : "+D"(destination), "+S"(from), "+c"(words) : : "memory");
    size %= 4;
    __asm__ volatile("rep movsb" : "+D"(destination), "+S"(from), "+c"(size) : : "memory");
    return to;
}

/* Copies downwards from the last byte.  Compared as integers, since ordering pointers to
 * different objects is not defined in C. */
void *memmove(void *to, const void *from, size_t size)
{
    if ((uintptr_t)to - (uintptr_t)from >= size)    /* `to` is below `from`, or clear of it */
        return memcpy(to, from, size);

    char *destination = (char *)to + size - 1;
    const char *source = (const char *)from + size - 1;

    __asm__ volatile("std; rep movsb; cld"
                     : "+D"(destination), "+S"(source), "+c"(size) : : "memory", "cc");
    return to;
}

void *memset(void *to, int byte, size_t size)
{
    void *destination = to;
    size_t words = size / 4;
    uint32_t pattern = (uint8_t)byte * 0x01010101u;

    __asm__ volatile("rep stosl" : "+D"(destination), "+c"(words) : "a"(pattern) : "memory");
    size %= 4;
    __asm__ volatile("rep stosb" : "+D"(destination), "+c"(size) : "a"(pattern) : "memory");
    return to;
}

int memcmp(const void *left, const void *right, size_t size)
{
    const uint8_t *a = left, *b = right;

    for (; size > 0; a++, b++, size--)
        if (*a != *b)
            return *a - *b;
    return 0;
}

size_t strlen(const char *string)
{
    return strnlen(string, SIZE_MAX);
}

size_t strnlen(const char *string, size_t max)
{
    size_t length = 0;

    while (length < max && string[length] != '\0')
        length++;
    return length;
}

int strcmp(const char *left, const char *right)
{
    return strncmp(left, right, SIZE_MAX);
}

int strncmp(const char *left, const char *right, size_t max)
{
    for (; max > 0; left++, right++, max--) {
        if (*left != *right)
            return (uint8_t)*left - (uint8_t)*right;
        if (*left == '\0')
            return 0;
    }
    return 0;
}

char *strchr(const char *string, int character)
{
    for (;; string++) {
        if (*string == (char)character)
            return (char *)(uintptr_t)string;   /* ISO C returns it without const */
        if (*string == '\0')
            return NULL;
    }
}

size_t strlcpy(char *to, const char *from, size_t size)
{
    size_t length = strlen(from);

    if (size > 0) {
        size_t copied = MIN(length, size - 1);
        memcpy(to, from, copied);
        to[copied] = '\0';
    }
    return length;
}
