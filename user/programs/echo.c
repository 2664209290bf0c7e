/* Prints its arguments. */
#include "stdio.h"
#include "usage.h"

int main(int argc, char **argv)
{
    usage(argc, argv, "echo WORD...\n  prints the words");
    for (int i = 1; i < argc; i++)
        printf("%s%s", i > 1 ? " " : "", argv[i]);
    putchar('\n');
    return 0;
}
