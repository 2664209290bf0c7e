/* xv6's view of the boot archive: one directory, whose files can be read. */
#include "xv6_priv.h"

#include "info.h"
#include "string.h"

enum { CONSOLE = ROOTINO + 1, FIRST_FILE, OWN_ENTRIES = 2 };    /* "." and ".." */

/* --- names -------------------------------------------------------------------------------- */

static bool is_directory(const char *name, size_t length)
{
    return length == 0 || (length <= 2 && strncmp(name, "..", length) == 0);
}

/* What is left of a path behind the directories that it begins with: all are the one. */
static const char *skip_directories(const char *path)
{
    for (;;) {
        const char *slash = strchr(path, '/');
        size_t length = slash ? (size_t)(slash - path) : strlen(path);
        if (!is_directory(path, length))
            return path;
        if (!slash)
            return path + length;
        path = slash + 1;
    }
}

/* Of a name only the first characters count, as those are all that a directory shows. */
static bool find_file(const char *name, struct xv6_node *node)
{
    struct archive_info info;

    for (unsigned i = 0; sys_archive_info(i, &info) == 0; i++) {
        if (strncmp(info.name, name, DIRSIZ) != 0)
            continue;
        *node = (struct xv6_node){ .type = XV6_FILE, .number = FIRST_FILE + i, .size = info.size };
        strlcpy(node->name, info.name, sizeof node->name);
        return true;
    }
    return false;
}

static uint32_t file_count(void)
{
    struct archive_info info;
    uint32_t count = 0;

    while (sys_archive_info(count, &info) == 0)
        count++;
    return count;
}

bool xv6_find(const char *path, struct xv6_node *node)
{
    if (xv6_length(path, ARCHIVE_NAME_MAX) <= 0)
        return false;
    const char *name = skip_directories(path);
    if (*name == '\0')
        *node = (struct xv6_node){
            .type = XV6_DIRECTORY, .number = ROOTINO,
            .size = (OWN_ENTRIES + file_count()) * sizeof(struct dirent),
        };
    else if (strcmp(name, "console") == 0)
        *node = (struct xv6_node){ .type = XV6_CONSOLE, .number = CONSOLE };
    else
        return find_file(name, node);
    return true;
}

/* --- contents ----------------------------------------------------------------------------- */

static bool get_entry(uint32_t index, struct dirent *entry)
{
    struct archive_info info = { .name = ".." };

    *entry = (struct dirent){ .inum = ROOTINO };
    if (index < OWN_ENTRIES) {
        info.name[index + 1] = '\0';
    } else {
        if (sys_archive_info(index - OWN_ENTRIES, &info) != 0)
            return false;
        entry->inum = (ushort)(FIRST_FILE + index - OWN_ENTRIES);
    }
    memcpy(entry->name, info.name, strnlen(info.name, DIRSIZ));
    return true;
}

static int read_directory(uint32_t offset, char *buffer, uint32_t size)
{
    struct dirent entry;
    uint32_t done = 0;

    while (done < size && get_entry((offset + done) / sizeof entry, &entry)) {
        uint32_t within = (offset + done) % sizeof entry;
        uint32_t piece = MIN(size - done, sizeof entry - within);
        memcpy(buffer + done, (const char *)&entry + within, piece);
        done += piece;
    }
    return (int)done;
}

int xv6_node_read(const struct xv6_node *node, uint32_t offset, char *buffer, uint32_t size)
{
    size_t length = 0;

    if (node->type == XV6_DIRECTORY)
        return read_directory(offset, buffer, size);
    size = offset < node->size ? MIN(size, node->size - offset) : 0;
    return sys_archive_read(node->name, offset, buffer, size, &length) ? -1 : (int)length;
}
