/* What the parts of printf share: where the text goes, what a conversion asks for, and how its
 * field is filled. */
#pragma once

#include "lib/printf.h"

struct output {
    struct printf_sink *sink;
    int length;             /* of the text so far */
};

/* %[flags][width][.precision][length]letter */
struct conversion {
    bool left;              /* flag - */
    bool plus;              /* flag + */
    bool space;             /* flag space */
    bool alternate;         /* flag # */
    bool zero;              /* flag 0 */
    int width;              /* 0 if absent */
    int precision;          /* negative if absent */
    size_t size;            /* of the argument, if that is a number: what the length says */
    char letter;
};

void put(struct output *out, char character);
void put_repeated(struct output *out, char character, int count);
void put_text(struct output *out, const char *text, size_t length);

/* A field is: field_begin(), its text of `length` bytes, field_end() with what field_begin()
 * returned.  `prefix` comes before the zeros of the flag 0, but after spaces. */
int field_begin(struct output *out, const struct conversion *conversion, const char *prefix,
                size_t length);
void field_end(struct output *out, const struct conversion *conversion, int begin);

/* A field with that text, padded with spaces. */
void put_text_field(struct output *out, struct conversion *conversion, const char *prefix,
                    const char *text, size_t length);

/* What stands before a number: a sign, a space or nothing. */
const char *sign_prefix(const struct conversion *conversion, bool negative);

/* %d %i; %u %x %X %o and %p, by the conversion's letter. */
void put_signed(struct output *out, struct conversion *conversion, int64_t value);
void put_unsigned(struct output *out, struct conversion *conversion, uint64_t value);

/* %f %F %e %E %g %G.  The double's `bits` (IEEE 754 binary64), since the kernel has no FPU. */
void put_double(struct output *out, struct conversion *conversion, uint64_t bits);
