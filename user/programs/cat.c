/* Prints files of the archive. */
#include "error.h"
#include "info.h"
#include "stdio.h"
#include "stdlib.h"
#include "usage.h"

/* Whatever else a file has in it may confuse the terminal. */
static bool is_text(char character)
{
    return character == '\n' || character == '\t' || (character >= ' ' && character <= '~');
}

static int print_file(const char *name)
{
    char block[512];
    unsigned offset = 0;
    size_t length = 0;

    for (;;) {
        int error = sys_archive_read(name, offset, block, sizeof block, &length);
        if (error) {
            printf("cat: %s: %s\n", name, error_string(error));
            return EXIT_FAILURE;
        }
        if (length == 0)
            return EXIT_SUCCESS;
        for (size_t i = 0; i < length; i++)
            putchar(is_text(block[i]) ? block[i] : '.');
        offset += length;
    }
}

int main(int argc, char **argv)
{
    int status = EXIT_SUCCESS;

    usage(argc, argv, "cat FILE...\n  prints files that were loaded at boot (ls lists them)");
    if (argc < 2)
        bad_argument("cat", "FILE", "is missing");
    for (int i = 1; i < argc; i++)
        status |= print_file(argv[i]);
    return status;
}
