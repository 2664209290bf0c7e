/* Looking for processes. */
#include "info.h"

bool find_process(int pid, struct process_info *info)
{
    unsigned slot = 0;

    while (sys_process_info(&slot, info) == 0)
        if (info->id == pid)
            return true;
    return false;
}
