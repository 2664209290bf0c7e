/* The arguments of xv6's exec() as a command line. */
#include "xv6_priv.h"

#include "command.h"

int xv6_command(char *const *argv, char *buffer, int size)
{
    int count = 0;

    for (; count <= MAXARG && xv6_may(XV6_READ, &argv[count], sizeof argv[count]); count++) {
        if (!argv[count]) {
            size_t length = join_words((const char *const *)argv, buffer, (size_t)size);
            return length > 0 ? (int)length : -1;
        }
        if (xv6_length(argv[count], size) < 0)
            return -1;
    }
    return -1;
}
