/* The search of Wing and Gong (1993): which operation may have come first?  One that was called
 * before any of the others returned; then which one of those that are left, and so on. */
#include "history.h"

#include "machine.h"

#include <limits.h>
#include <stdio.h>

enum { TEXT_LENGTH = 1000 };

static struct operation history[OPERATIONS_MAX];
static unsigned count, moment;

void history_forget(void)
{
    count = moment = 0;
}

unsigned history_call(unsigned kind, uint32_t argument)
{
    if (count == OPERATIONS_MAX)
        fail("more than %d operations", OPERATIONS_MAX);
    history[count] = (struct operation){ .kind = kind, .argument = argument, .called = ++moment };
    return count++;
}

void history_return(unsigned operation, uint32_t result)
{
    history[operation].result = result;
    history[operation].returned = ++moment;
}

static bool is_in(unsigned set, unsigned operation)
{
    return set >> operation & 1;
}

static unsigned first_return(unsigned done)
{
    unsigned first = UINT_MAX;

    for (unsigned i = 0; i < count; i++)
        if (!is_in(done, i))
            first = MIN(first, history[i].returned);
    return first;
}

/* Is there an order for those that are not done, in that state? */
static bool can_go_on(const struct object *object, unsigned done, struct object_state state)
{
    unsigned end = first_return(done);

    if (end == UINT_MAX)
        return true;
    for (unsigned i = 0; i < count; i++) {
        struct object_state after = state;
        if (!is_in(done, i) && history[i].called < end && object->apply(&after, &history[i]) &&
            can_go_on(object, done | 1u << i, after))
            return true;
    }
    return false;
}

void history_require_linear(const struct object *object)
{
    char text[TEXT_LENGTH] = "";
    size_t length = 0;

    if (can_go_on(object, 0, (struct object_state){ { 0 } }))
        return;
    for (unsigned i = 0; i < count; i++)
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "%s%s(%u) = %u from %u to %u", i > 0 ? ", " : "",
                                   object->names[history[i].kind], history[i].argument,
                                   history[i].result, history[i].called, history[i].returned);
    fail("no order explains the history: %s", text);
}
