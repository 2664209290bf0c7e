/* The error (abi/error.h) for which a library function of this thread last returned NULL or
 * EOF.  Each thread has its own. */
#pragma once

#include "abi/error.h"

#define errno (*errno_location())

int *errno_location(void);
