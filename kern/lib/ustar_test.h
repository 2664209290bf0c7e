/* For tests of archives. */
#pragma once

#include "lib/ustar.h"

/* The first file called `name`: 0, E_NOT_FOUND, or E_ARCHIVE. */
MUST_USE int ustar_find(const void *archive, size_t size, const char *name,
                        struct ustar_file *out);
