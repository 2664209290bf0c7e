/* The producer.  `ping [INDEX [ITEMS [BUFFER]]] [quiet]` puts ITEMS items into the buffer (0:
 * without end), item n being INDEX * 1000000 + n, so that each item tells where it comes from and
 * what came before it.  Exit status 2: wrong arguments. */
#include "items.h"
#include "proc.h"
#include "stdio.h"

int main(int argc, char **argv)
{
    struct item_job job;

    if (!item_job_parse(argc, argv, "the producer: puts ITEMS items into the buffer; item n is "
                        "INDEX * 1000000 + n", &job))
        return 2;
    if (!job.quiet)
        printf("From cpu %u: ping started.\n", cpu_index());
    for (unsigned n = 1; job.items == 0 || n <= job.items; n = item_next(n))
        produce(job.buffer, item_value(job.index, n));
    if (!job.quiet)
        printf("From cpu %u: ping %u has produced %u items.\n", cpu_index(), job.index,
               job.items);
    return 0;
}
