/* What the fuzzed parsers share.  Each file of this folder but fuzz.c is the driver of one parser:
 * it gives the parser the bytes that libFuzzer has made up, in a heap block of exactly their size,
 * so that the address sanitizer sees the first access outside, and asks whether what was accepted
 * is what the parser's header promises. */
#pragma once

#include <stdlib.h>

#include "lib/assert.h"
#include "lib/string.h"
#include "lib/types.h"

/* libFuzzer calls it with each input, and notes what of the parser it reaches. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition) KERN_ASSERT(condition)

/* Reads every byte: the sanitizer complains of one that is not there. */
void touch_bytes(const void *data, size_t size);

/* The next part of an input, which gets shorter by it. */
struct input {
    const uint8_t *data;
    size_t         size;
};

/* Up to `size` bytes; zeros stand for those that the input has not. */
void take_bytes(struct input *input, void *to, size_t size);

/* All that is left, in a block of its own, which the caller frees; *size is how much that is. */
void *take_rest(struct input *input, size_t *size);

/* Sets the byte at `at` so that all bytes add up to 0: random changes of a table would hardly ever
 * come past its checksum. */
void seal_bytes(uint8_t *bytes, size_t size, size_t at);
