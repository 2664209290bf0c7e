/* Exit statuses in words. */
#pragma once

#include "lib/types.h"

/* "ended by a page fault", "killed", "exit status 3".  The text stays until the next call. */
const char *status_text(int status);
