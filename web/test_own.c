/* A user's own program, for the test of the page. */
#include "stdio.h"

int main(int argc, char **argv)
{
    printf("%s: %d words, the last one is %s\n", argv[0], argc, argv[argc - 1]);
    return 0;
}
