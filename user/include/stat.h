/* xv6's kinds of files (user.h). */
#pragma once

#include "types.h"

/* The function of this name is in user.h; the struct takes part in its renaming. */
#define stat xv6_stat

#define T_DIR  1
#define T_FILE 2
#define T_DEV  3

struct stat {
    short  type;
    int    dev;
    uint   ino;
    short  nlink;
    uint   size;                        /* bytes */
};
