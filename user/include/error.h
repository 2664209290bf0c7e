/* Errors and their texts. */
#pragma once

#include "abi/error.h"

/* A few words for the user; never NULL, whatever the number. */
const char *error_string(int error);
