/* Shows how much memory there is. */
#include "info.h"
#include "stdio.h"
#include "usage.h"

#define KB_PER_PAGE 4

int main(int argc, char **argv)
{
    struct memory_info memory = { 0 };
    struct quota quota = { 0 };

    usage(argc, argv, "free\n  shows the memory of the machine and of this process's quota, "
                      "and what else is limited");
    if (argc > 1)
        bad_argument("free", argv[1], "there are no options");
    sys_memory_info(&memory);
    sys_quota(&quota);
    printf("memory:    %8u KB, used %8u KB, free %8u KB\n", memory.pages * KB_PER_PAGE,
           (memory.pages - memory.free) * KB_PER_PAGE, memory.free * KB_PER_PAGE);
    printf("own quota: %8u KB, used %8u KB, free %8u KB\n", quota.limit * KB_PER_PAGE,
           (quota.used + quota.delegated) * KB_PER_PAGE,
           quota_left(&quota) * KB_PER_PAGE);
    printf("kept for new threads, kernel stacks: %u KB\n", memory.stack_pages * KB_PER_PAGE);
    printf("kept for new processes, code of programs: %u KB\n", memory.text_pages * KB_PER_PAGE);
    printf("processes: %u of %u; threads, the kernel's included: %u\n", memory.processes,
           memory.processes_max, memory.threads);
    return 0;
}
