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

/* A page with what the segment's contents have for the page at `va`, zeros around it. */
static int make_copy(struct space *space, uaddr_t va, const void *file,
                     const struct elf_segment *segment, paddr_t *page)
{
    uaddr_t from = MAX(va, segment->address);
    uaddr_t to = MIN(va + PAGE_SIZE, segment->address + segment->file_size);
    const char *contents = (const char *)file + segment->offset + (from - segment->address);
    bool is_full = to - from == PAGE_SIZE;
    int error = is_full ? frame_alloc(space->quota, page)
                        : frame_alloc_zeroed(space->quota, page);

    if (error)
        return error;
    if (is_full)
        fpu_copy_page(page_pointer(*page), contents);
    else
        memcpy((char *)page_pointer(*page) + (from - va), contents, to - from);
    return 0;
}

static int map_copy(struct space *space, uaddr_t va, const void *file,
                    const struct elf_segment *segment)
{
    paddr_t page;
    int error = make_copy(space, va, file, segment, &page);

    if (error)
        return error;
    error = space_map(space, va, page, segment->writable ? PERM_WRITE : PERM_READ);
    if (error)
        page_release(space->quota, page);
    return error;
}

static int load_segment(struct space *space, const void *file,
                        const struct elf_segment *segment)
{
    uaddr_t end_of_contents = segment->address + segment->file_size;
    int error = 0;

    for (uaddr_t va = first_page(segment); va < end_of_pages(segment) && !error;
         va += PAGE_SIZE) {
        if (va < end_of_contents)
            error = map_copy(space, va, file, segment);
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

int program_load(struct space *space, const void *file, const struct elf_image *image,
                 const char *command)
{
    uaddr_t end = VM_USERLO;
    int error = 0;

    for (unsigned i = 0; i < image->segment_count && !error; i++) {
        const struct elf_segment *segment = &image->segments[i];
        error = load_segment(space, file, segment);
        end = MAX(end, end_of_pages(segment));
    }
    if (!error)
        error = space_set_heap(space, end);
    if (!error)
        error = load_stack(space, command);
    return error;
}
