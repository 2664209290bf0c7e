/* The list of programs, made once from the boot modules. */
#include "proc/programs.h"

#include "abi/error.h"
#include "dev/log.h"
#include "lib/string.h"
#include "lib/ustar.h"

static struct program programs[NUM_PROGRAMS];           /* [I] */
static unsigned program_count;          /* [I] set at boot, with the programs */

static struct program *find_program(const char *name)
{
    for (unsigned i = 0; i < program_count; i++)
        if (strcmp(programs[i].name, name) == 0)
            return &programs[i];
    return NULL;
}

const struct program *programs_find(const char *name)
{
    return find_program(name);
}

const struct program *programs_next(const struct program *program)
{
    const struct program *next = program ? program + 1 : programs;

    return next < programs + program_count ? next : NULL;
}

static const char *last_part(const char *path)
{
    const char *part = path;

    for (; *path; path++)
        if (*path == '/')
            part = path + 1;
    return part;
}

static void add_program(const char *path, const void *file, size_t size)
{
    const char *name = last_part(path);
    struct program *program = find_program(name);

    if (strlen(name) >= PROGRAM_NAME_MAX || *name == '\0') {
        KERN_WARN("a program's name is empty or too long and is ignored: \"%s\"\n", path);
        return;
    }
    if (!program && program_count == NUM_PROGRAMS) {
        KERN_WARN("more than %u programs: %s is ignored\n", NUM_PROGRAMS, name);
        return;
    }
    if (!program)
        program = &programs[program_count++];
    strlcpy(program->name, name, sizeof program->name);
    program->file = file;
    program->size = size;
}

static void add_archive(const struct boot_module *module)
{
    struct ustar_file file;
    size_t position = 0;

    if (ustar_check(module->image, module->size)) {
        KERN_WARN("the archive %s is damaged and is ignored\n", module->name);
        return;
    }
    while (ustar_next(module->image, module->size, &position, &file) == 0)
        add_program(file.name, file.data, file.size);
}

/* Some loaders give modules no names: then it counts what is in it. */
static bool is_archive(const struct boot_module *module)
{
    size_t length = strlen(module->name);

    if (length == 0)
        return ustar_check(module->image, module->size) == 0;
    return length >= 4 && strcmp(module->name + length - 4, ".tar") == 0;
}

void programs_init(const struct boot_module *modules, unsigned count)
{
    program_count = 0;
    for (unsigned i = 0; i < count; i++) {
        if (is_archive(&modules[i]))
            add_archive(&modules[i]);
        else
            add_program(modules[i].name, modules[i].image, modules[i].size);
    }
}
