/* From a program file to an address space.  The file has been checked (lib/elf.h); here only
 * pages can be missing. */
#include "proc/proc_priv.h"

#include "lib/elf.h"
#include "lib/string.h"
#include "pcpu/fpu.h"
#include "vmm/frame.h"

/* What the program finds at the top of its stack, from the top: the command, and a word that
 * points to it.  Both are aligned as the ABI wants the stack (System V ABI i386, 2.3.1). */
enum { STACK_ALIGN = 16 };

static uaddr_t command_address(const char *command)
{
    return USTACKTOP - ROUND_UP((uint32_t)strlen(command) + 1, STACK_ALIGN);
}

struct program_start program_start(const struct elf_image *image, const char *command)
{
    return (struct program_start){
        .entry = image->entry,
        .stack = command_address(command) - STACK_ALIGN,
    };
}

static uaddr_t first_page(const struct elf_segment *segment)
{
    return ROUND_DOWN(segment->address, PAGE_SIZE);
}

static uaddr_t end_of_pages(const struct elf_segment *segment)
{
    return ROUND_UP(segment->address + segment->memory_size, PAGE_SIZE);
}

uint32_t program_pages(const struct elf_image *image)
{
    uint32_t pages = 1;                 /* of the stack */

    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        pages += (end_of_pages(segment) - first_page(segment)) / PAGE_SIZE;
    }
    return pages;
}

/* Contents of a segment, for the page at `va`. */
struct contents {
    const void               *file;
    const struct elf_segment *segment;
    uaddr_t                   va;
};

/* A page with them, zeros around. */
static int make_copy(const struct contents *contents, struct quota *quota, paddr_t *page)
{
    const struct elf_segment *segment = contents->segment;
    uaddr_t va = contents->va;
    uaddr_t from = MAX(va, segment->address);
    uaddr_t to = MIN(va + PAGE_SIZE, segment->address + segment->file_size);
    const char *bytes = (const char *)contents->file + segment->offset + (from - segment->address);
    bool is_full = to - from == PAGE_SIZE;
    int error = is_full ? frame_alloc(quota, page) : frame_alloc_zeroed(quota, page);

    if (error)
        return error;
    if (is_full)
        fpu_copy_page(page_pointer(*page), bytes);
    else
        memcpy((char *)page_pointer(*page) + (from - va), bytes, to - from);
    return 0;
}

/* The page that is kept at that place, made now if need be.  False: there is none. */
static bool share_copy(const struct contents *contents, paddr_t *place, struct quota *quota,
                       paddr_t *page)
{
    *page = text_find(place);
    if (*page == 0) {
        if (!text_claim(place))
            return false;
        if (make_copy(contents, &text_quota, page))
            *page = 0;
        text_settle(place, *page);
    }
    return *page != 0 && page_share(quota, *page) == 0;
}

static int map_contents(struct space *space, const struct contents *contents,
                        struct program_text *text)
{
    bool is_writable = contents->segment->writable;
    paddr_t *place = is_writable ? NULL : text_next_place(text);
    paddr_t page;
    int error = 0;

    if (!place || !share_copy(contents, place, space->quota, &page))
        error = make_copy(contents, space->quota, &page);
    if (error)
        return error;
    error = space_map(space, contents->va, page, is_writable ? PERM_WRITE : PERM_READ);
    if (error)
        page_release(space->quota, page);
    return error;
}

static int load_segment(struct space *space, const void *file,
                        const struct elf_segment *segment, struct program_text *text)
{
    uaddr_t end_of_contents = segment->address + segment->file_size;
    int error = 0;

    for (uaddr_t va = first_page(segment); va < end_of_pages(segment) && !error;
         va += PAGE_SIZE) {
        const struct contents contents = { file, segment, va };
        if (va < end_of_contents)
            error = map_contents(space, &contents, text);
        else
            error = space_alloc_page(space, va, segment->writable ? PERM_WRITE : PERM_READ);
    }
    return error;
}

/* The first page of the stack is there from the start, since the command lies in it; the others
 * come when they are touched. */
static int load_stack(struct space *space, const char *command)
{
    uaddr_t address = command_address(command);
    int error = space_alloc_page(space, USTACKTOP - PAGE_SIZE, PERM_WRITE);

    if (!error)
        error = space_write(space, address, command, strlen(command) + 1);
    if (!error)
        error = space_write(space, address - STACK_ALIGN, &address, sizeof address);
    return error;
}

int program_load(struct space *space, const struct program_source *source, const char *command)
{
    const struct elf_image *image = source->image;
    struct program_text text = source->text;
    uaddr_t end = VM_USERLO;
    int error = 0;

    for (unsigned i = 0; i < image->segment_count && !error; i++) {
        const struct elf_segment *segment = &image->segments[i];
        error = load_segment(space, source->file, segment, &text);
        end = MAX(end, end_of_pages(segment));
    }
    if (!error)
        error = space_set_heap(space, end);
    if (!error)
        error = load_stack(space, command);
    return error;
}
