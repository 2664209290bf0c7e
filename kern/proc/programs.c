/* The list of programs, made once from the boot modules. */
#include "proc/programs.h"

#include "abi/error.h"
#include "dev/log.h"
#include "lib/string.h"
#include "lib/ustar.h"

static struct program programs[NUM_PROGRAMS];           /* [I] sorted by name */
static unsigned program_count;          /* [I] set at boot, with the programs */

/* Where a program of that name is, or belongs. */
static struct program *place_of(const char *name)
{
    unsigned low = 0, high = program_count;

    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (strcmp(programs[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return &programs[low];
}

static bool is_there(const struct program *place, const char *name)
{
    return place < programs + program_count && strcmp(place->name, name) == 0;
}

const struct program *programs_find(const char *name)
{
    const struct program *place = place_of(name);

    return is_there(place, name) ? place : NULL;
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

/* In an archive that is sorted each program belongs at the end. */
static void make_gap(struct program *place)
{
    memmove(place + 1, place, (size_t)(&programs[program_count++] - place) * sizeof *place);
}

static void add_program(const char *path, const void *file, size_t size)
{
    const char *name = last_part(path);
    struct program *program = place_of(name);
    bool replaces = is_there(program, name);

    if (strlen(name) >= PROGRAM_NAME_MAX || *name == '\0') {
        KERN_WARN("a program's name is empty or too long and is ignored: \"%s\"\n", path);
        return;
    }
    if (!replaces && program_count == NUM_PROGRAMS) {
        KERN_WARN("more than %u programs: %s is ignored\n", NUM_PROGRAMS, name);
        return;
    }
    if (!replaces)
        make_gap(program);
    strlcpy(program->name, name, sizeof program->name);
    program->file = file;
    program->size = size;
    program->text = text_reserve(size);
}

static void add_archive(const struct boot_module *module)
{
    struct ustar_file file;
    size_t position = 0;

    if (!ustar_is(module->image, module->size)) {
        KERN_WARN("the archive %s is not in the ustar format (tar cf) and is ignored\n",
                  module->name);
        return;
    }
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
