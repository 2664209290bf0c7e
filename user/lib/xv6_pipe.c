/* xv6's pipes, in the pages that the family shares. */
#include "xv6_priv.h"

static uint32_t held_bytes(const struct xv6_pipe *pipe)
{
    return pipe->written - pipe->taken;
}

/* What is there, but no more. */
static int take_bytes(struct xv6_pipe *pipe, char *buffer, int size)
{
    int count = 0;

    for (; count < size && pipe->taken != pipe->written; count++, pipe->taken++)
        buffer[count] = pipe->bytes[pipe->taken % PIPE_SIZE];
    return count;
}

static int put_bytes(struct xv6_pipe *pipe, const char *buffer, int size)
{
    int count = 0;

    for (; count < size && held_bytes(pipe) < PIPE_SIZE; count++, pipe->written++)
        pipe->bytes[pipe->written % PIPE_SIZE] = buffer[count];
    return count;
}

int xv6_pipe_read(struct xv6_pipe *pipe, char *buffer, int size)
{
    while (held_bytes(pipe) == 0 && pipe->writers > 0)
        xv6_await(&pipe->changes);
    int count = take_bytes(pipe, buffer, size);
    if (count > 0)
        xv6_announce(&pipe->changes);
    return count;
}

int xv6_pipe_write(struct xv6_pipe *pipe, const char *buffer, int size)
{
    int done = 0;

    while (done < size && pipe->readers > 0) {
        int count = put_bytes(pipe, buffer + done, size - done);
        done += count;
        if (count > 0)
            xv6_announce(&pipe->changes);
        else
            xv6_await(&pipe->changes);
    }
    return done < size ? -1 : done;
}
