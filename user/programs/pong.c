/* The consumer.  `pong [INDEX [ITEMS [BUFFER]]] [quiet]` takes ITEMS items out of the buffer (0:
 * without end) and checks that those of each producer come in order.  Other consumers may
 * take some in between.  Exit status 1: out of order; 2: wrong arguments. */
#include "items.h"
#include "proc.h"
#include "stdio.h"

static unsigned last[ITEM_PRODUCERS];   /* of each producer; 0 before the first */

/* Is this item later than the last one of its producer? */
static bool in_order(uint32_t item)
{
    unsigned producer = item_producer(item), n = item_number(item);

    if (producer >= ITEM_PRODUCERS || !item_is_later(n, last[producer])) {
        printf("pong: item %u of producer %u after %u\n", n, producer,
               producer < ITEM_PRODUCERS ? last[producer] : 0);
        return false;
    }
    last[producer] = n;
    return true;
}

int main(int argc, char **argv)
{
    struct item_job job;

    if (!item_job_parse(argc, argv, "the consumer: takes ITEMS items out of the buffer, and "
                        "checks that those of each producer come in order", &job))
        return 2;
    if (!job.quiet)
        printf("From cpu %u: pong started.\n", cpu_index());
    for (unsigned n = 1; job.items == 0 || n <= job.items; n = item_next(n))
        if (!in_order(consume(job.buffer)))
            return 1;
    if (!job.quiet)
        printf("From cpu %u: pong %u has consumed %u items.\n", cpu_index(), job.index,
               job.items);
    return 0;
}
