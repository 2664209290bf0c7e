/* What compiled C++ calls, under the names that the compiler gives it (Itanium C++ ABI, 3.2.6 and
 * 5.1): new and delete are malloc and free.  Without exceptions, new that fails ends the
 * program. */
#include "stdio.h"
#include "stdlib.h"

void *cplusplus_new(size_t size) __asm__("_Znwj");
void *cplusplus_new_array(size_t size) __asm__("_Znaj");
void cplusplus_delete(void *memory) __asm__("_ZdlPv");
void cplusplus_delete_array(void *memory) __asm__("_ZdaPv");
void cplusplus_delete_sized(void *memory, size_t size) __asm__("_ZdlPvj");
void cplusplus_delete_array_sized(void *memory, size_t size) __asm__("_ZdaPvj");
NORETURN void __cxa_pure_virtual(void);

void *cplusplus_new(size_t size)
{
    void *memory = malloc(size);

    if (!memory) {
        printf("new: no memory for %zu bytes\n", size);
        exit(EXIT_FAILURE);
    }
    return memory;
}

void *cplusplus_new_array(size_t size)
{
    return cplusplus_new(size);
}

void cplusplus_delete(void *memory)
{
    free(memory);
}

void cplusplus_delete_array(void *memory)
{
    free(memory);
}

void cplusplus_delete_sized(void *memory, size_t size UNUSED)
{
    free(memory);
}

void cplusplus_delete_array_sized(void *memory, size_t size UNUSED)
{
    free(memory);
}

void __cxa_pure_virtual(void)
{
    printf("a virtual function was called that its class does not have\n");
    exit(EXIT_FAILURE);
}
