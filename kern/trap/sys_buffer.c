/* System calls on bounded buffers. */
#include "trap/syscall_priv.h"

#include "dev/log.h"
#include "ipc/ipc.h"
#include "pcpu/pcpu.h"
#include "proc/proc.h"
#include "trap/sysarg_priv.h"

/* The calls below end with the buffer's own function if there is nothing to tell. */
static NOINLINE int produce_and_tell(struct trapframe *frame)
{
    uint32_t item = sysarg(frame, 1);
    int error = buffer_produce(sysarg(frame, 0), item);

    if (!error)
        KERN_DEBUG("CPU %u: Process %d: Produced %u\n", get_pcpu_idx(), get_curid(), item);
    return error;
}

int sys_produce(struct trapframe *frame)
{
    if (log_is_enabled(LAYER_RANK))
        return produce_and_tell(frame);
    return buffer_produce(sysarg(frame, 0), sysarg(frame, 1));
}

static NOINLINE int consume_and_tell(struct trapframe *frame)
{
    uint32_t *item = sysarg_register(frame, 0);
    int error = buffer_consume(*item, item);

    if (!error)
        KERN_DEBUG("CPU %u: Process %d: Consumed %u\n", get_pcpu_idx(), get_curid(), *item);
    return error;
}

int sys_consume(struct trapframe *frame)
{
    uint32_t *item = sysarg_register(frame, 0);

    return log_is_enabled(LAYER_RANK) ? consume_and_tell(frame) : buffer_consume(*item, item);
}

int sys_buffer_configure(struct trapframe *frame)
{
    return buffer_configure(sysarg(frame, 0), sysarg(frame, 1));
}

int sys_buffer_info(struct trapframe *frame)
{
    SYSOUT(struct buffer_statistics, statistics);
    int error = buffer_statistics(sysarg(frame, 0), &statistics);

    return error ? error : sysout(frame, 1, &statistics, sizeof statistics);
}

int sys_buffer_empty(struct trapframe *frame)
{
    unsigned count;
    int error = buffer_empty(sysarg(frame, 0), &count);

    if (!error)
        sysret(frame, 0, count);
    return error;
}

int sys_buffer_keep(struct trapframe *frame)
{
    return buffer_keep(sysarg(frame, 0));
}
