/* Shows what the kernel's spinlocks cost, since boot or while a program runs. */
#include "info.h"
#include "status.h"
#include "stdio.h"
#include "stdlib.h"
#include "string.h"
#include "usage.h"

#define CLASSES_MAX 64

struct table {
    struct lock_info classes[CLASSES_MAX];
    unsigned         count;
};

static void read_all(struct table *table)
{
    unsigned number = 0;

    table->count = 0;
    while (table->count < CLASSES_MAX &&
           sys_lock_info(&number, &table->classes[table->count]) == 0)
        table->count++;
}

static const struct lock_info *find(const struct table *table, const char *name)
{
    for (unsigned i = 0; i < table->count; i++)
        if (strcmp(table->classes[i].name, name) == 0)
            return &table->classes[i];
    return NULL;
}

/* What was counted since then. */
static void subtract(struct lock_info *now, const struct lock_info *before)
{
    if (!before)
        return;
    now->taken -= before->taken;
    now->contended -= before->contended;
    now->turns -= before->turns;
}

/* The longest times are those since boot. */
static void print_class(const struct lock_info *lock, uint64_t rate)
{
    printf("%-20s %10llu %10llu %11llu %9llu %9llu  %s\n", lock->name, lock->taken,
           lock->contended, lock->turns, lock->longest_hold * 1000000ull / rate,
           lock->longest_wait * 1000000ull / rate, lock->held_at);
    if (*lock->waited_at != '\0')
        printf("%76s  %s\n", "", lock->waited_at);
}

static void print_difference(const struct table *before, const struct table *after)
{
    struct cpu_info cpu = { 0 };

    sys_cpu_info(0, &cpu);
    printf("LOCK                      TAKEN  CONTENDED       TURNS   HELD NS   WAIT NS  "
           "WHERE: LONGEST HELD, LONGEST WAIT\n");
    for (unsigned i = 0; i < after->count; i++) {
        struct lock_info lock = after->classes[i];
        subtract(&lock, find(before, lock.name));
        if (lock.taken > 0)
            print_class(&lock, cpu.cycles_per_second / 1000);
    }
}

int main(int argc, char **argv)
{
    static struct table before, after;
    int status = EXIT_SUCCESS;

    usage(argc, argv, "lockstat [PROGRAM ARGUMENTS...]\n"
                      "  shows how often the kernel's locks were taken and had to be waited for:\n"
                      "  since boot, or while a program ran, with whose status it ends; the\n"
                      "  longest times are those since boot");
    read_all(&after);
    if (after.count == 0) {
        printf("lockstat: the machine was booted without the option lockstat\n");
        return EXIT_FAILURE;
    }
    if (argc > 1) {
        before = after;
        status = run_program_of(argc, argv, 1);
        read_all(&after);
    }
    print_difference(&before, &after);
    return status < STATUS_KILLED ? status : EXIT_FAILURE;
}
