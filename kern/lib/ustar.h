/* Archives of programs: the ustar format (POSIX.1-2017, pax, "ustar Interchange Format") as
 * `tar --format=ustar` writes it, and as GNU's tar does without.  The archive is not trusted: every
 * header that is passed is checked, and what is returned lies inside the archive.  Nothing here
 * blocks. */
#pragma once

#include "lib/types.h"

enum { USTAR_NAME_MAX = 257 };          /* prefix, slash, name and 0 */

struct ustar_file {
    char name[USTAR_NAME_MAX];
    const void *data;
    size_t size;
};

/* Steps from one regular file to the next; `*position` is 0 before the first step and means
 * something only to this function.  Links, directories and devices are passed over;
 * of a name that is too long the end is kept.
 * Returns 0, E_NOT_FOUND at the end, E_ARCHIVE if the archive is damaged. */
MUST_USE int ustar_next(const void *archive, size_t size, size_t *position,
                        struct ustar_file *out);

/* Does it begin as such an archive does?  Others, and what is compressed, do not. */
bool ustar_is(const void *archive, size_t size);

/* Walks the whole archive: 0 or E_ARCHIVE. */
MUST_USE int ustar_check(const void *archive, size_t size);
