/* Names for code addresses, looked up in the table that the build appends to the kernel. */
#include "dev/ksyms_priv.h"

struct table {
    const struct ksyms_header   *header;
    const struct ksyms_function *functions;
    const struct ksyms_line     *lines;
    const uint32_t              *files;
    const char                  *strings;
};

/* The table's parts; false if it is not there, or its sizes do not add up. */
static bool open_table(struct table *out)
{
    const struct ksyms_header *h = (const struct ksyms_header *)(const void *)ksyms_start;
    uint32_t size = (uint32_t)(ksyms_end - ksyms_start);

    if (size < sizeof *h || h->magic != KSYMS_MAGIC || h->functions == 0 ||
        h->string_bytes == 0)
        return false;
    uint64_t needed = sizeof *h + (uint64_t)h->functions * sizeof(struct ksyms_function) +
                      (uint64_t)h->lines * sizeof(struct ksyms_line) +
                      (uint64_t)h->files * sizeof(uint32_t) + h->string_bytes;
    if (needed > size)
        return false;
    out->header = h;
    out->functions = (const struct ksyms_function *)(h + 1);
    out->lines = (const struct ksyms_line *)(out->functions + h->functions);
    out->files = (const uint32_t *)(out->lines + h->lines);
    out->strings = (const char *)(out->files + h->files);
    return out->strings[h->string_bytes - 1] == 0;
}

static const char *string_at(const struct table *table, uint32_t offset)
{
    return offset < table->header->string_bytes ? table->strings + offset : "?";
}

/* How many of the functions, sorted by address, start at or below `address`. */
static uint32_t functions_up_to(const struct table *table, uint32_t address)
{
    uint32_t low = 0, high = table->header->functions;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (table->functions[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t lines_up_to(const struct table *table, uint32_t address)
{
    uint32_t low = 0, high = table->header->lines;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (table->lines[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void find_line(const struct table *table, uint32_t address, struct ksym *out)
{
    uint32_t n = lines_up_to(table, address);
    uint32_t place = n > 0 ? table->lines[n - 1].place : 0;
    uint32_t file = place >> KSYMS_LINE_BITS;

    out->line = place & ((1u << KSYMS_LINE_BITS) - 1);
    out->file = NULL;
    if (out->line != 0 && file < table->header->files)
        out->file = string_at(table, table->files[file]);
}

bool ksyms_lookup(uint32_t address, struct ksym *out)
{
    struct table table;

    if (!open_table(&table))
        return false;
    uint32_t n = functions_up_to(&table, address);
    if (n == 0 || n == table.header->functions)     /* the last entry is the end of the text */
        return false;
    out->function = string_at(&table, table.functions[n - 1].name);
    out->offset = address - table.functions[n - 1].address;
    find_line(&table, address, out);
    return true;
}
