/* xv6's exec(): another program in the same process.
 *
 * The new program is built beside the old one, page by page, where the old one can still be gone
 * back to.  Then orders are written down: the system calls that put the pages in their places and
 * take away what was there; and code that needs neither the old program nor a stack carries them
 * out (xv6_exec_code.S).  What could fail has been done before.
 *
 * What stays: the family's pages, with the descriptors, and the heap's beginning, which is the
 * kernel's; if the new program reaches beyond it, its heap begins there, by sbrk(). */
#include "user.h"

#include "xv6_priv.h"

#undef fork                             /* here they are the library's own */
#undef printf

#include "env.h"
#include "fork_priv.h"
#include "lib/elf.h"
#include "info.h"
#include "stdio.h"

#define IMAGE_COPY 0xE0000000u          /* of what begins at VM_USERLO */
#define STACK_COPY 0xEE000000u
#define FILE_COPY  (STACK_COPY + PAGE_SIZE)     /* up to the orders */
#define STACK_PAGE ((uint32_t)USTACKTOP - PAGE_SIZE)
#define ORDERS     (XV6_ORDERS + PAGE_SIZE)     /* behind the code */

enum {
    STACK_ALIGN = 16, WORD_ROOM = STACK_ALIGN,
    COMMAND_SIZE = PAGE_SIZE / 2,       /* the stack's first page has both */
    ROOM = 4,                           /* pages: an order takes one, the next gives one back */
    TABLE_PAGES = SUPERPAGE_SIZE / PAGE_SIZE,
};

struct plan {
    struct elf_image image;
    uint32_t heap, stack;               /* the new program's: begin, ESP */
    struct xv6_order *next;
    bool failed;
};

/* --- pages -------------------------------------------------------------------------------- */

static bool make_pages(uint32_t from, uint32_t size)
{
    for (uint32_t page = from; page < from + size; page += PAGE_SIZE)
        if (sys_page_alloc(0, page, PTE_P | PTE_U | PTE_W) != 0)
            return false;
    return true;
}

static void drop_pages(uint32_t from, uint32_t end)
{
    for (uint32_t page = from; page < end; page += PAGE_SIZE)
        if (page_entry(page) & PTE_P)
            sys_page_unmap(0, page);
}

static uint32_t first_page(const struct elf_segment *segment)
{
    return ROUND_DOWN(segment->address, (uint32_t)PAGE_SIZE);
}

static uint32_t end_of_pages(const struct elf_segment *segment)
{
    return ROUND_UP(segment->address + segment->memory_size, (uint32_t)PAGE_SIZE);
}

static uint32_t copy_of(uint32_t address)
{
    return address - VM_USERLO + IMAGE_COPY;
}

static uint32_t end_of_image(const struct elf_image *image)
{
    uint32_t end = VM_USERLO;

    for (unsigned i = 0; i < image->segment_count; i++)
        end = MAX(end, end_of_pages(&image->segments[i]));
    return end;
}

static bool is_in_image(const struct elf_image *image, uint32_t page)
{
    for (unsigned i = 0; i < image->segment_count; i++)
        if (page >= first_page(&image->segments[i]) && page < end_of_pages(&image->segments[i]))
            return true;
    return false;
}

/* --- the new program, beside the old one -------------------------------------------------- */

static bool build_segment(const struct elf_segment *segment)
{
    uint32_t first = first_page(segment);

    if (!make_pages(copy_of(first), end_of_pages(segment) - first))
        return false;
    memcpy((void *)copy_of(segment->address), (const char *)FILE_COPY + segment->offset,
           segment->file_size);
    return true;
}

/* The file, whose pages go again, as a description of its segments. */
static bool read_program(const struct xv6_node *node, struct elf_image *image)
{
    size_t length = 0;

    return node->size <= XV6_ORDERS - FILE_COPY && make_pages(FILE_COPY, node->size) &&
           sys_archive_read(node->name, 0, (void *)FILE_COPY, node->size, &length) == 0 &&
           elf_parse((const void *)FILE_COPY, length, image) == 0;
}

static bool build_image(const struct xv6_node *node, struct elf_image *image)
{
    struct elf_image read = { .segment_count = 0 };
    bool ok = read_program(node, &read) &&
              end_of_image(&read) - VM_USERLO <= STACK_COPY - IMAGE_COPY;

    if (ok)
        *image = read;
    for (unsigned i = 0; ok && i < image->segment_count; i++)
        ok = build_segment(&image->segments[i]);
    drop_pages(FILE_COPY, FILE_COPY + MIN(node->size, XV6_ORDERS - FILE_COPY));
    return ok;
}

/* As the kernel has it for a new process: the command line, and a word that points to it. */
static bool build_stack(char *const *argv, uint32_t *stack)
{
    char *page = (char *)STACK_COPY;

    if (!make_pages(STACK_COPY, PAGE_SIZE))
        return false;
    int length = xv6_command(argv, page, COMMAND_SIZE);
    if (length < 0)
        return false;
    uint32_t offset = PAGE_SIZE - ROUND_UP((uint32_t)length, (uint32_t)STACK_ALIGN);
    memmove(page + offset, page, (size_t)length);
    *(uint32_t *)(void *)(page + offset - WORD_ROOM) = STACK_PAGE + offset;
    *stack = STACK_PAGE + offset - WORD_ROOM;
    return true;
}

/* --- the orders --------------------------------------------------------------------------- */

static void add_order(struct plan *plan, struct xv6_order order)
{
    uint32_t page = ROUND_DOWN((uint32_t)(uintptr_t)(plan->next + 1), (uint32_t)PAGE_SIZE);

    plan->failed |= page >= XV6_FAMILY ||
                    (!(page_entry(page) & PTE_P) && !make_pages(page, PAGE_SIZE));
    if (!plan->failed)
        *plan->next++ = order;
}

static void order_unmap(struct plan *plan, uint32_t page)
{
    add_order(plan, (struct xv6_order){ .number = SYS_page_unmap, .c = page });
}

static void order_move(struct plan *plan, uint32_t from, uint32_t to, uint32_t rights)
{
    add_order(plan, (struct xv6_order){ .number = SYS_page_map, .c = from, .s = to,
                                        .t = PTE_P | PTE_U | rights });
    order_unmap(plan, from);
}

static void order_segment(struct plan *plan, const struct elf_segment *segment)
{
    for (uint32_t page = first_page(segment); page < end_of_pages(segment); page += PAGE_SIZE)
        order_move(plan, copy_of(page), page, segment->writable ? PTE_W : 0);
}

/* Of pages that are there now, those that the new program does not have. */
static void order_clearing(struct plan *plan, uint32_t from, uint32_t end)
{
    for (uint32_t page = from; page < end; page += PAGE_SIZE)
        if ((page_entry(page) & PTE_P) && !is_in_image(&plan->image, page))
            order_unmap(plan, page);
}

/* The heap first: what it loses may be in the way.  The exception stack is in use up to here. */
static void write_orders(struct plan *plan, uint32_t heap_lo, uint32_t heap_end)
{
    plan->next = (struct xv6_order *)ORDERS;
    if (plan->heap < heap_end)
        add_order(plan, (struct xv6_order){ .number = SYS_sbrk, .b = plan->heap - heap_end });
    order_clearing(plan, VM_USERLO, heap_lo);
    for (unsigned i = 0; i < plan->image.segment_count; i++)
        order_segment(plan, &plan->image.segments[i]);
    order_clearing(plan, USTACK_LO, STACK_PAGE);
    order_move(plan, STACK_COPY, STACK_PAGE, PTE_W);
    add_order(plan, (struct xv6_order){ .number = SYS_env_set_pgfault_upcall });
    order_clearing(plan, UXSTACKTOP - PAGE_SIZE, UXSTACKTOP);
    add_order(plan, (struct xv6_order){ .number = XV6_JUMP, .b = plan->image.entry,
                                        .c = plan->stack });
}

static bool has_room(const struct plan *plan)
{
    struct quota quota;
    uint32_t tables = (plan->heap - VM_USERLO) / PAGE_SIZE / TABLE_PAGES;

    return sys_quota(&quota) == 0 &&
           quota_left(&quota) >= ROOM + tables;
}

/* If the heap has to grow, that is the one thing to be taken back. */
static bool follow_plan(struct plan *plan, uint32_t heap_lo)
{
    void *old = NULL;

    if (sys_sbrk(0, &old) != 0)
        return false;
    uint32_t heap_end = (uint32_t)(uintptr_t)old;
    plan->heap = MAX(heap_lo, end_of_image(&plan->image));
    if (plan->heap > heap_end && sys_sbrk((int)(plan->heap - heap_end), &old) != 0)
        return false;
    if (make_pages(XV6_ORDERS, PAGE_SIZE))
        write_orders(plan, heap_lo, heap_end);
    else
        plan->failed = true;
    if (!plan->failed && has_room(plan)) {
        flush();
        memcpy((void *)XV6_ORDERS, xv6_exec_code, (size_t)(xv6_exec_code_end - xv6_exec_code));
        ((void (*)(uint32_t))XV6_ORDERS)(ORDERS);
    }
    if (plan->heap > heap_end)
        sys_sbrk((int)(heap_end - plan->heap), &old);
    return false;
}

/* --- exec --------------------------------------------------------------------------------- */

static bool find_program(const char *path, struct xv6_node *node)
{
    return !memory_is_shared() && thread_count() == 1 && xv6_find(path, node) &&
           node->type == XV6_FILE;
}

/* It returns only if nothing has changed. */
int xv6_exec(char *path, char **argv)
{
    struct plan plan = { .failed = false };
    struct xv6_node node;
    uint32_t heap_lo = xv6_enter()->heap;

    xv6_leave();
    if (!find_program(path, &node))
        return -1;
    if (build_image(&node, &plan.image) && build_stack(argv, &plan.stack))
        follow_plan(&plan, heap_lo);
    drop_pages(IMAGE_COPY, copy_of(end_of_image(&plan.image)));
    drop_pages(STACK_COPY, STACK_COPY + PAGE_SIZE);
    for (uint32_t page = XV6_ORDERS; page_entry(page) & PTE_P; page += PAGE_SIZE)
        sys_page_unmap(0, page);
    return -1;
}
