/* Says where it runs, and repeats its arguments. */
#include "proc.h"
#include "stdio.h"

int main(int argc, char **argv)
{
    printf("Hello from process %d on CPU %u of %u.\n", getpid(), cpu_index(), cpu_count());
    for (int i = 1; i < argc; i++)
        printf("argument %d: \"%s\"\n", i, argv[i]);
    return 0;
}
