/* The arguments of ping and pong. */
#include "items.h"

#include "stdio.h"
#include "stdlib.h"
#include "string.h"

bool item_job_parse(int argc, char **argv, struct item_job *job)
{
    bool ok = argc == 4 || (argc == 5 && strcmp(argv[4], "quiet") == 0);

    ok = ok && parse_unsigned(argv[1], &job->index) && job->index < ITEM_PRODUCERS &&
         parse_unsigned(argv[2], &job->items) && job->items < ITEM_BASE &&
         parse_unsigned(argv[3], &job->buffer);
    job->quiet = argc == 5;
    if (!ok)
        printf("usage: %s INDEX ITEMS BUFFER [quiet]  (INDEX below %u, ITEMS below %u)\n",
               argv[0], ITEM_PRODUCERS, ITEM_BASE);
    return ok;
}
