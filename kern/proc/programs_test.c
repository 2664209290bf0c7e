/* Tests of the list of programs.  The archive's offsets are those of POSIX.1-2017, pax. */
#include "proc/proc_test.h"

#include "dev/output_test.h"
#include "lib/ktest.h"
#include "lib/printf.h"
#include "lib/string.h"

enum { BLOCK = 512, FILES_MAX = 5 };

static char archive[(2 * FILES_MAX + 2) * BLOCK];
static size_t archive_size;

/* A header, and a block that holds the name once more. */
static void add_file(const char *name)
{
    char *header = archive + archive_size;
    unsigned sum = 0;

    strlcpy(header, name, 100);
    memcpy(header + 124, "00000000007", 11);    /* its size */
    header[156] = '0';                          /* a regular file */
    memcpy(header + 257, "ustar\0" "00", 8);
    memset(header + 148, ' ', 8);
    for (unsigned i = 0; i < BLOCK; i++)
        sum += (uint8_t)header[i];
    for (unsigned i = 0; i < 6; i++)
        header[148 + i] = (char)('0' + (sum >> (15 - 3 * i) & 7));
    strlcpy(header + BLOCK, name, BLOCK);
    archive_size += 2 * BLOCK;
}

static void make_archive(const char *const names[], unsigned count)
{
    memset(archive, 0, sizeof archive);
    archive_size = 0;
    for (unsigned i = 0; i < count; i++)
        add_file(names[i]);
    archive_size += 2 * BLOCK;
}

static struct boot_module module_of(const char *name, const void *image, size_t size)
{
    struct boot_module module = { .image = image, .size = size };

    strlcpy(module.name, name, sizeof module.name);
    return module;
}

/* Makes the list, and counts what is said about it. */
static unsigned init_quietly(const struct boot_module *modules, unsigned count)
{
    static char said[4096];
    unsigned warnings = 0;

    output_capture(said, sizeof said);
    programs_init(modules, count);
    output_end_capture();
    for (const char *line = said; line && *line; line = strchr(line, '\n') + 1)
        warnings += strncmp(line, "[W]", 3) == 0;
    return warnings;
}

static unsigned count_programs(void)
{
    unsigned count = 0;

    for (const struct program *p = programs_next(NULL); p; p = programs_next(p))
        count++;
    return count;
}

static void expect_program(const char *name, const void *file, size_t size)
{
    const struct program *program = programs_find(name);

    EXPECT(program && program->file == file && program->size == size);
}

KTEST(proc, programs)
{
    static const char *const names[] = { "ping", "bin/pong", "./a/b/ding", "pong" };
    static const char single[] = "single", newer[] = "newer";
    const struct boot_module modules[] = {
        module_of("single", single, 6), module_of("x.tar", archive, sizeof archive),
        module_of("ping", newer, 5),
    };

    test_programs_save();
    make_archive(names, 4);
    EXPECT_EQ(init_quietly(modules, 3), 0);
    EXPECT_EQ(count_programs(), 4);
    expect_program("single", single, 6);
    expect_program("ping", newer, 5);           /* the later one counts */
    expect_program("pong", archive + 7 * BLOCK, 7);
    expect_program("ding", archive + 5 * BLOCK, 7);
    EXPECT(!programs_find("x.tar") && !programs_find("bin/pong") && !programs_find(""));
    EXPECT(!programs_find("pin") && !programs_find("pingx"));
    test_programs_restore();
}

/* Without a name it is an archive if it is sound from end to end; nothing else may have none. */
KTEST(proc, programs_nameless)
{
    static const char *const names[] = { "ping", "pong" };

    test_programs_save();
    make_archive(names, 2);
    struct boot_module module = module_of("", archive, archive_size);
    EXPECT_EQ(init_quietly(&module, 1), 0);
    EXPECT_EQ(count_programs(), 2);
    expect_program("pong", archive + 3 * BLOCK, 7);
    archive[3] ^= 1;
    EXPECT_EQ(init_quietly(&module, 1), 1);
    EXPECT_EQ(count_programs(), 0);
    test_programs_restore();
}

/* A damaged archive is left out whole; the other modules are there. */
KTEST(proc, programs_damaged)
{
    static const char *const names[] = { "one", "two", "three" };
    static const char single[] = "single";
    const struct boot_module modules[] = {
        module_of("bad.tar", archive, sizeof archive), module_of("single", single, 6),
    };

    test_programs_save();
    for (unsigned damaged = 0; damaged < 3; damaged++) {
        make_archive(names, 3);
        archive[damaged * 2 * BLOCK + 3] ^= 1;
        EXPECT_EQ(init_quietly(modules, 2), 1);
        EXPECT_EQ(count_programs(), 1);
        expect_program("single", single, 6);
    }
    make_archive(names, 3);
    const struct boot_module cut = module_of("cut.tar", archive, archive_size - 3 * BLOCK + 1);
    EXPECT_EQ(init_quietly(&cut, 1), 1);
    EXPECT_EQ(count_programs(), 0);
    test_programs_restore();
}

static bool has_part(const char *text, const char *part)
{
    while (*text && strncmp(text, part, strlen(part)) != 0)
        text++;
    return *text != '\0';
}

/* What is no such archive at all is not called damaged. */
KTEST(proc, programs_of_another_format)
{
    static const char *const names[] = { "one" };
    static char said[512];

    test_programs_save();
    make_archive(names, 1);
    const struct boot_module module = module_of("x.tar", archive, archive_size);
    for (unsigned i = 0; i < 2; i++) {
        output_capture(said, sizeof said);
        programs_init(&module, 1);
        output_end_capture();
        EXPECT_EQ(count_programs(), i == 0);
        EXPECT_EQ(has_part(said, "is not in the ustar format"), i == 1);
        memset(archive + 257, 0, 8);
    }
    test_programs_restore();
}

KTEST(proc, programs_too_many)
{
    static struct boot_module modules[NUM_PROGRAMS + 3];
    static char long_name[100];
    static const char *const names[] = { long_name, "dir/", "short" };

    test_programs_save();
    for (unsigned i = 0; i < NUM_PROGRAMS + 3; i++) {
        modules[i] = module_of("", long_name, 1);
        snprintf(modules[i].name, sizeof modules[i].name, "program%u", i);
    }
    EXPECT_EQ(init_quietly(modules, NUM_PROGRAMS + 3), 3);
    EXPECT_EQ(count_programs(), NUM_PROGRAMS);
    EXPECT(programs_find("program255") && !programs_find("program256"));

    memset(long_name, 'n', PROGRAM_NAME_MAX);
    make_archive(names, 3);
    modules[0] = module_of("x.tar", archive, sizeof archive);
    EXPECT_EQ(init_quietly(modules, 1), 2);     /* the long one, and the one without a name */
    EXPECT_EQ(count_programs(), 1);
    long_name[PROGRAM_NAME_MAX - 1] = '\0';     /* the longest that there may be */
    make_archive(names, 1);
    EXPECT_EQ(init_quietly(modules, 1), 0);
    EXPECT(programs_find(long_name));
    test_programs_restore();
}
