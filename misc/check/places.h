/* Addresses in the code, in words: function, file and line. */
#pragma once

#include "lib/types.h"

enum { PLACE_LENGTH = 200 };

/* Where a call returns to is in the line after the call: so one less is looked up. */
void place_text(uintptr_t return_address, char text[PLACE_LENGTH]);
