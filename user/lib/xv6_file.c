/* xv6's descriptors (user.h). */
#include "user.h"

#include "fcntl.h"
#include "xv6_priv.h"

enum { FIRST_FILE = 1, DEVICE = 1 };

/* --- what is free ------------------------------------------------------------------------- */

/* From `first` on; -1: none. */
static int free_descriptor(const struct xv6_process *self, int first)
{
    for (int i = first; i < NOFILE; i++)
        if (self->descriptors[i] == 0)
            return i;
    return -1;
}

/* The number of a file without users, from `first` on, or 0; what processes that are gone have
 * left is looked for only if that is needed. */
static uint8_t free_file(uint8_t first)
{
    for (unsigned tries = 0; tries < 2; tries++) {
        for (unsigned i = first; i <= NFILE; i++)
            if (family->files[i].users == 0)
                return (uint8_t)i;
        xv6_tidy();
    }
    return 0;
}

/* Files hold pipes: with as many as there are, two of them for each, one is always left. */
static uint32_t free_pipe(void)
{
    uint32_t i = 0;

    while (family->pipes[i].readers > 0 || family->pipes[i].writers > 0)
        i++;
    return i;
}

/* The file of a descriptor, or NULL. */
static struct xv6_file *file_of(const struct xv6_process *self, int descriptor)
{
    if (descriptor < 0 || descriptor >= NOFILE || self->descriptors[descriptor] == 0)
        return NULL;
    return &family->files[self->descriptors[descriptor]];
}

static void set_descriptor(struct xv6_process *self, int descriptor, uint8_t number)
{
    self->descriptors[descriptor] = number;
    xv6_recount();
}

/* --- open and close ----------------------------------------------------------------------- */

/* To create what is there is to open it, if it is a file. */
static bool may_open(const struct xv6_node *node, int mode)
{
    if (node->type == XV6_CONSOLE)
        return !(mode & O_CREATE);
    return !(mode & (O_WRONLY | O_RDWR)) && (node->type == XV6_FILE || !(mode & O_CREATE));
}

static int open_node(struct xv6_process *self, const struct xv6_node *node, int mode)
{
    int descriptor = free_descriptor(self, 0);
    uint8_t number = descriptor < 0 ? 0 : free_file(FIRST_FILE);

    if (number == 0)
        return -1;
    family->files[number] = (struct xv6_file){
        .readable = !(mode & O_WRONLY), .writable = (mode & (O_WRONLY | O_RDWR)) != 0,
        .node = *node,
    };
    set_descriptor(self, descriptor, number);
    return descriptor;
}

int xv6_open(const char *path, int mode)
{
    struct xv6_node node;

    if (!xv6_find(path, &node) || !may_open(&node, mode))
        return -1;
    int descriptor = open_node(xv6_enter(), &node, mode);
    xv6_leave();
    return descriptor;
}

int xv6_dup(int descriptor)
{
    struct xv6_process *self = xv6_enter();
    int copy = file_of(self, descriptor) ? free_descriptor(self, 0) : -1;

    if (copy >= 0)
        set_descriptor(self, copy, self->descriptors[descriptor]);
    xv6_leave();
    return copy;
}

int xv6_close(int descriptor)
{
    struct xv6_process *self = xv6_enter();
    const struct xv6_file *file = file_of(self, descriptor);

    if (file)
        set_descriptor(self, descriptor, 0);
    xv6_leave();
    return file ? 0 : -1;
}

/* --- pipes -------------------------------------------------------------------------------- */

/* The pipe's ends, which are counted only when both are held. */
static void make_ends(uint8_t reader, uint8_t writer)
{
    uint32_t number = free_pipe();
    struct xv6_pipe *pipe = &family->pipes[number];
    const struct xv6_file end = { .pipe = number, .node = { .type = XV6_PIPE } };

    pipe->taken = pipe->written = 0;
    family->files[reader] = family->files[writer] = end;
    family->files[reader].readable = true;
    family->files[writer].writable = true;
}

static bool make_pipe(struct xv6_process *self, int descriptors[2])
{
    int reading = free_descriptor(self, 0);
    int writing = reading < 0 ? -1 : free_descriptor(self, reading + 1);
    uint8_t reader = writing < 0 ? 0 : free_file(FIRST_FILE);
    uint8_t writer = reader == 0 ? 0 : free_file(reader + 1);

    if (writer == 0)
        return false;
    make_ends(reader, writer);
    self->descriptors[reading] = reader;
    set_descriptor(self, writing, writer);
    descriptors[0] = reading;
    descriptors[1] = writing;
    return true;
}

int xv6_pipe(int descriptors[2])
{
    if (!xv6_may(XV6_WRITE, descriptors, 2 * sizeof descriptors[0]))
        return -1;
    bool made = make_pipe(xv6_enter(), descriptors);
    xv6_leave();
    return made ? 0 : -1;
}

/* --- read and write ----------------------------------------------------------------------- */

static int read_node(struct xv6_file *file, char *buffer, int size)
{
    int count = xv6_node_read(&file->node, file->offset, buffer, (uint32_t)size);

    if (count > 0)
        file->offset += (uint32_t)count;
    return count;
}

static int read_file(struct xv6_file *file, char *buffer, int size)
{
    switch (file->node.type) {
    case XV6_PIPE:
        return xv6_pipe_read(&family->pipes[file->pipe], buffer, size);
    case XV6_CONSOLE:
        return xv6_console_read(buffer, size);
    default:
        return read_node(file, buffer, size);
    }
}

int xv6_read(int descriptor, void *buffer, int size)
{
    struct xv6_file *file = file_of(xv6_enter(), descriptor);
    bool may = file && file->readable && xv6_may(XV6_WRITE, buffer, size);
    int count = may ? read_file(file, buffer, size) : -1;

    xv6_leave();
    return count;
}

/* What can be written to is a pipe or the terminal. */
int xv6_write(int descriptor, const void *buffer, int size)
{
    const struct xv6_file *file = file_of(xv6_enter(), descriptor);
    bool may = file && file->writable && xv6_may(XV6_READ, buffer, size);
    int count = -1;

    if (may && file->node.type == XV6_PIPE)
        count = xv6_pipe_write(&family->pipes[file->pipe], buffer, size);
    xv6_leave();
    return may && file->node.type == XV6_CONSOLE ? xv6_console_write(buffer, size) : count;
}

/* --- what there is ------------------------------------------------------------------------ */

static const short kinds[] = {
    [XV6_DIRECTORY] = T_DIR, [XV6_FILE] = T_FILE, [XV6_CONSOLE] = T_DEV,
};

static void describe_node(const struct xv6_node *node, struct stat *out)
{
    *out = (struct stat){
        .type = kinds[node->type], .dev = DEVICE, .ino = node->number, .nlink = 1,
        .size = node->size,
    };
}

int xv6_fstat(int descriptor, struct stat *out)
{
    const struct xv6_file *file = file_of(xv6_enter(), descriptor);
    bool may = file && file->node.type != XV6_PIPE && xv6_may(XV6_WRITE, out, sizeof *out);

    if (may)
        describe_node(&file->node, out);
    xv6_leave();
    return may ? 0 : -1;
}

int xv6_stat(const char *path, struct stat *out)
{
    struct xv6_node node;

    if (!xv6_find(path, &node) || !xv6_may(XV6_WRITE, out, sizeof *out))
        return -1;
    describe_node(&node, out);
    return 0;
}

int xv6_chdir(const char *path)
{
    struct xv6_node node;

    return xv6_find(path, &node) && node.type == XV6_DIRECTORY ? 0 : -1;
}

/* --- what would write --------------------------------------------------------------------- */

int xv6_mknod(const char *path UNUSED, short major UNUSED, short minor UNUSED)
{
    return -1;
}

int xv6_unlink(const char *path UNUSED)
{
    return -1;
}

int xv6_link(const char *old UNUSED, const char *new UNUSED)
{
    return -1;
}

int xv6_mkdir(const char *path UNUSED)
{
    return -1;
}
