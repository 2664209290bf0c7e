/* For keyboard.c and its test. */
#pragma once

#include "lib/types.h"

/* What one byte of scan code set 1 gives, after those before it: a character, or -1. */
int keyboard_translate(uint8_t byte);

/* The next character of the escape sequence that the last one began, or -1. */
int keyboard_rest(void);
