/* Finding one file of an archive, for tests. */
#include "lib/ustar_test.h"

#include "lib/string.h"

int ustar_find(const void *archive, size_t size, const char *name, struct ustar_file *out)
{
    size_t position = 0;
    int error;

    do
        error = ustar_next(archive, size, &position, out);
    while (!error && strcmp(out->name, name) != 0);
    return error;
}
