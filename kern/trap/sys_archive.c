/* System calls on the files of the boot modules, which are there to be read. */
#include "trap/syscall_priv.h"

#include "abi/info.h"
#include "lib/string.h"
#include "proc/programs.h"
#include "trap/sysarg_priv.h"
#include "vmm/usercopy.h"

_Static_assert(ARCHIVE_NAME_MAX == PROGRAM_NAME_MAX, "names must fit");

/* Copied as it lies there: the memory of boot modules stays as it was loaded. */
int sys_archive_read(struct trapframe *frame)
{
    uint32_t offset = sysarg(frame, 1), size = sysarg(frame, 3);
    char name[PROGRAM_NAME_MAX];
    size_t length;
    int error = copy_string_from_user(name, sysarg(frame, 0), sizeof name, &length);

    if (error)
        return error;
    const struct program *file = programs_find(name);
    if (!file)
        return E_NOT_FOUND;
    size = offset < file->size ? MIN(size, file->size - offset) : 0;
    error = copy_to_user(sysarg(frame, 2), (const char *)file->file + offset, size);
    if (!error)
        sysret(frame, 0, size);
    return error;
}

int sys_archive_info(struct trapframe *frame)
{
    const struct program *file = programs_next(NULL);
    SYSOUT(struct archive_info, info);

    for (uint32_t left = sysarg(frame, 0); file && left > 0; left--)
        file = programs_next(file);
    if (!file)
        return E_NOT_FOUND;
    info.size = file->size;
    strlcpy(info.name, file->name, sizeof info.name);
    return sysout(frame, 1, &info, sizeof info);
}
