/* Schedule points at accesses to memory: `make explore POINTS=access`.
 *
 * In such a kernel the compiler calls a function before each access that code under test makes:
 * gcc as for its thread sanitizer (-fsanitize=thread), clang as for the kernel's address sanitizer
 * (-fsanitize=kernel-address); for this machine each has only one that tells of every access.  Here
 * these functions are schedule points.  What is accessed is not asked for.  The thread sanitizer
 * replaces atomic accesses by calls, too; so they are done here. */
#include "pcpu/sched_point.h"

#ifdef ACCESS_POINTS

#include "lib/string.h"

/* Before an access of the caller of who calls this. */
#define ACCESS_POINT() sched_point_at(POINT_ACCESS, (uintptr_t)__builtin_return_address(0))

#ifdef __clang__

/* The compiler's own calls pass arguments on the stack. */
#define CALLED_BY_COMPILER __attribute__((regparm(0)))
#define ACCESS(name)                                                                    \
    CALLED_BY_COMPILER void __asan_##name##_noabort(uintptr_t address);                 \
    CALLED_BY_COMPILER void __asan_##name##_noabort(uintptr_t address)                  \
    {                                                                                   \
        (void)address;                                                                  \
        ACCESS_POINT();                                                                 \
    }
#define ACCESSES(size) ACCESS(load##size) ACCESS(store##size)

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)
ACCESSES(N)

CALLED_BY_COMPILER void *__asan_memset(void *to, int byte, size_t size);
CALLED_BY_COMPILER void *__asan_memset(void *to, int byte, size_t size)
{
    ACCESS_POINT();
    return memset(to, byte, size);
}

CALLED_BY_COMPILER void *__asan_memcpy(void *to, const void *from, size_t size);
CALLED_BY_COMPILER void *__asan_memcpy(void *to, const void *from, size_t size)
{
    ACCESS_POINT();
    return memcpy(to, from, size);
}

CALLED_BY_COMPILER void *__asan_memmove(void *to, const void *from, size_t size);
CALLED_BY_COMPILER void *__asan_memmove(void *to, const void *from, size_t size)
{
    ACCESS_POINT();
    return memmove(to, from, size);
}

void __asan_handle_no_return(void);
void __asan_handle_no_return(void)
{
}

#else

#define ACCESS(name)                                                                    \
    void __tsan_##name(void *address);                                                  \
    void __tsan_##name(void *address)                                                   \
    {                                                                                   \
        (void)address;                                                                  \
        ACCESS_POINT();                                                                 \
    }
#define ACCESSES(size)                                                                  \
    ACCESS(read##size)                                                                  \
    ACCESS(write##size)                                                                 \
    ACCESS(unaligned_read##size)                                                        \
    ACCESS(unaligned_write##size)

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

#define RANGE(name)                                                                     \
    void __tsan_##name##_range(void *address, size_t size);                             \
    void __tsan_##name##_range(void *address, size_t size)                              \
    {                                                                                   \
        (void)address, (void)size;                                                      \
        ACCESS_POINT();                                                                 \
    }
RANGE(read)
RANGE(write)

#define FETCH(bits, type, name)                                                         \
    type __tsan_atomic##bits##_fetch_##name(volatile void *address, type value, int order); \
    type __tsan_atomic##bits##_fetch_##name(volatile void *address, type value, int order) \
    {                                                                                   \
        (void)order;                                                                    \
        ACCESS_POINT();                                                                 \
        return __atomic_fetch_##name((volatile type *)address, value, __ATOMIC_SEQ_CST); \
    }

#define COMPARE(bits, type, strength)                                                   \
    bool __tsan_atomic##bits##_compare_exchange_##strength(                             \
        volatile void *address, void *expected, type value, int order, int other);      \
    bool __tsan_atomic##bits##_compare_exchange_##strength(                             \
        volatile void *address, void *expected, type value, int order, int other)       \
    {                                                                                   \
        (void)order, (void)other;                                                       \
        ACCESS_POINT();                                                                 \
        return __atomic_compare_exchange_n((volatile type *)address, (type *)expected, value, \
                                           false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);  \
    }

#define ATOMIC(bits, type)                                                              \
    type __tsan_atomic##bits##_load(const volatile void *address, int order);           \
    type __tsan_atomic##bits##_load(const volatile void *address, int order)            \
    {                                                                                   \
        (void)order;                                                                    \
        ACCESS_POINT();                                                                 \
        return __atomic_load_n((const volatile type *)address, __ATOMIC_SEQ_CST);       \
    }                                                                                   \
    void __tsan_atomic##bits##_store(volatile void *address, type value, int order);    \
    void __tsan_atomic##bits##_store(volatile void *address, type value, int order)     \
    {                                                                                   \
        (void)order;                                                                    \
        ACCESS_POINT();                                                                 \
        __atomic_store_n((volatile type *)address, value, __ATOMIC_SEQ_CST);            \
    }                                                                                   \
    type __tsan_atomic##bits##_exchange(volatile void *address, type value, int order); \
    type __tsan_atomic##bits##_exchange(volatile void *address, type value, int order)  \
    {                                                                                   \
        (void)order;                                                                    \
        ACCESS_POINT();                                                                 \
        return __atomic_exchange_n((volatile type *)address, value, __ATOMIC_SEQ_CST);  \
    }                                                                                   \
    COMPARE(bits, type, strong)                                                         \
    COMPARE(bits, type, weak)                                                           \
    FETCH(bits, type, add)                                                              \
    FETCH(bits, type, sub)                                                              \
    FETCH(bits, type, and)                                                              \
    FETCH(bits, type, or)                                                               \
    FETCH(bits, type, xor)

ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
    (void)order;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller);
void __tsan_func_entry(void *caller)
{
    (void)caller;
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}

#endif
#endif
