/* What xv6's programs know of its file system (user.h). */
#pragma once

#include "types.h"

#define ROOTINO   1                     /* of the one directory */
#define BSIZE     512
#define NDIRECT   12
#define NINDIRECT (BSIZE / sizeof(uint))
#define MAXFILE   (NDIRECT + NINDIRECT)

#define DIRSIZ 14

/* A directory is read as an array of these; inum 0 is no file. */
struct dirent {
    ushort inum;
    char   name[DIRSIZ];                /* without a final 0 if it has so many characters */
};
