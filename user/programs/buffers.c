/* Shows what the bounded buffers hold, and empties them. */
#include "error.h"
#include "info.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "usage.h"

static bool is_of_interest(const struct buffer_statistics *buffer)
{
    return buffer->in > 0 || buffer->producers > 0 || buffer->consumers > 0;
}

static void show_all(void)
{
    struct buffer_statistics buffer = { 0 };

    puts("BUFFER  HOLDS  OF  IN        OUT       PRODUCERS AND CONSUMERS THAT WAIT");
    for (unsigned id = 0; sys_buffer_info(id, &buffer) == 0; id++)
        if (is_of_interest(&buffer))
            printf("%6u %6u %3u  %-9llu %-9llu %u %u\n", id, buffer.depth, buffer.capacity,
                   buffer.in, buffer.out, buffer.producers, buffer.consumers);
}

static int empty(unsigned id)
{
    unsigned count = 0;
    int error = sys_buffer_empty(id, &count);

    if (!error && count > 0)
        printf("buffer %u: %u items thrown away\n", id, count);
    return error;
}

static void empty_one(const char *argument)
{
    int error = empty(number_argument("buffers", argument));

    if (error)
        bad_argument("buffers", argument, error_string(error));
}

int main(int argc, char **argv)
{
    usage(argc, argv, "buffers [empty [BUFFER]]\n"
                      "  shows the buffers that were used; throws away what all, or one, hold");
    if (argc == 1)
        show_all();
    else if (strcmp(argv[1], "empty") != 0)
        bad_argument("buffers", argv[1], "only \"empty\" is known");
    else if (argc == 2)
        for (unsigned id = 0; empty(id) == 0; id++) {}
    else
        empty_one(argv[2]);
    return EXIT_SUCCESS;
}
