/* The errors of abi/error.h in words, for messages. */
#pragma once

/* Never NULL, whatever the number. */
const char *error_text(int error);
