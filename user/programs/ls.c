/* Lists the files of the archive. */
#include "info.h"
#include "stdio.h"
#include "usage.h"

int main(int argc, char **argv)
{
    struct archive_info info;

    usage(argc, argv, "ls\n  lists the files that were loaded at boot: size in bytes, name");
    if (argc > 1)
        bad_argument("ls", argv[1], "there are no folders");
    for (unsigned i = 0; sys_archive_info(i, &info) == 0; i++)
        printf("%8u  %s\n", info.size, info.name);
    return 0;
}
