/* What the compiler calls at each access to memory: the kernel's files are compiled with
 * -fsanitize=thread, and this file stands in the place of the sanitizer's library. */
#include "exhaustive.h"
#include "machine.h"
#include "memory.h"
#include "race.h"
#include "schedule.h"
#include "store_buffer.h"
#include "story.h"

#include <string.h>

#define PLACE ((uintptr_t)__builtin_return_address(0))

/* Code under test has a section of its own (check.mk). */
extern const char __start_code_under_test[], __stop_code_under_test[];

static inline bool is_under_test(uintptr_t place)
{
    return place - (uintptr_t)__start_code_under_test <
           (uintptr_t)(__stop_code_under_test - __start_code_under_test);
}

/* --- plain accesses ----------------------------------------------------------------------- */

static void plain_read(uintptr_t address, size_t size, uintptr_t place)
{
    if (is_under_test(place)) {
        step_access("reads", address, size, READ, place);
        step_read(address);
    }
    race_read(address, size, place);
}

static void plain_write(uintptr_t address, size_t size, uintptr_t place)
{
    if (is_under_test(place)) {
        step_access("writes", address, size, WRITE, place);
        step_wrote(address);
    }
    if (address - STACKS_LO < STACKS_SIZE && is_exploring())
        machine_note_stack_write(address);
    race_write(address, size, place);
    store_note(address, size, place);
    memory_note_write(address, size);
}

#define PLAIN(size)                                                                     \
    void __tsan_read##size(void *address);                                              \
    void __tsan_read##size(void *address)                                               \
    {                                                                                   \
        plain_read((uintptr_t)address, size, PLACE);                                    \
    }                                                                                   \
    void __tsan_write##size(void *address);                                             \
    void __tsan_write##size(void *address)                                              \
    {                                                                                   \
        plain_write((uintptr_t)address, size, PLACE);                                   \
    }                                                                                   \
    void __tsan_unaligned_read##size(void *address);                                    \
    void __tsan_unaligned_read##size(void *address)                                     \
    {                                                                                   \
        plain_read((uintptr_t)address, size, PLACE);                                    \
    }                                                                                   \
    void __tsan_unaligned_write##size(void *address);                                   \
    void __tsan_unaligned_write##size(void *address)                                    \
    {                                                                                   \
        plain_write((uintptr_t)address, size, PLACE);                                   \
    }

PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)
PLAIN(16)

void __tsan_read_range(void *address, size_t size);
void __tsan_read_range(void *address, size_t size)
{
    plain_read((uintptr_t)address, size, PLACE);
}

void __tsan_write_range(void *address, size_t size);
void __tsan_write_range(void *address, size_t size)
{
    plain_write((uintptr_t)address, size, PLACE);
}

/* The string functions that the kernel's files call; check.mk gives them these names there. */
void *watched_memset(void *to, int byte, size_t size);
void *watched_memset(void *to, int byte, size_t size)
{
    plain_write((uintptr_t)to, size, PLACE);
    return memset(to, byte, size);
}

void *watched_memcpy(void *to, const void *from, size_t size);
void *watched_memcpy(void *to, const void *from, size_t size)
{
    plain_read((uintptr_t)from, size, PLACE);
    plain_write((uintptr_t)to, size, PLACE);
    return memcpy(to, from, size);
}

void *watched_memmove(void *to, const void *from, size_t size);
void *watched_memmove(void *to, const void *from, size_t size)
{
    plain_read((uintptr_t)from, size, PLACE);
    plain_write((uintptr_t)to, size, PLACE);
    return memmove(to, from, size);
}

/* What clang calls in their place. */
typeof(watched_memset) __tsan_memset __attribute__((alias("watched_memset")));
typeof(watched_memcpy) __tsan_memcpy __attribute__((alias("watched_memcpy")));
typeof(watched_memmove) __tsan_memmove __attribute__((alias("watched_memmove")));

/* --- atomic accesses ---------------------------------------------------------------------- */

/* By the letter of C11, not by what x86 does beyond it. */
static inline bool acquires(int order)
{
    return order == __ATOMIC_ACQUIRE || order == __ATOMIC_CONSUME || order == __ATOMIC_ACQ_REL ||
           order == __ATOMIC_SEQ_CST;
}

static inline bool releases(int order)
{
    return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

static void before_load(uintptr_t address, size_t size, int order, uintptr_t place)
{
    step_access("loads", address, size, READ, place);
    step_read(address);
    if (acquires(order))
        race_acquire(address);
}

/* On x86 only a sequentially consistent store comes with a fence. */
static void before_store(uintptr_t address, size_t size, int order, uintptr_t place)
{
    bool has_fence = order == __ATOMIC_SEQ_CST;

    step_access("stores", address, size, has_fence ? UPDATE : WRITE, place);
    if (has_fence)
        stores_drain(current_cpu());
    else
        store_note(address, size, place);
    step_wrote(address);
    if (releases(order))
        race_release(address);
    memory_note_write(address, size);
}

/* Of a compare-and-exchange, both outcomes. */
static void before_update(uintptr_t address, size_t size, int order, uintptr_t place)
{
    step_access("updates", address, size, UPDATE, place);
    stores_drain(current_cpu());
    step_read(address);
    if (acquires(order))
        race_acquire(address);
    if (releases(order))
        race_release(address);
    memory_note_write(address, size);
}

#define ATOMIC_FETCH(bits, type, name, operator)                                        \
    type __tsan_atomic##bits##_fetch_##name(type *address, type value, int order);      \
    type __tsan_atomic##bits##_fetch_##name(type *address, type value, int order)       \
    {                                                                                   \
        before_update((uintptr_t)address, sizeof *address, order, PLACE);               \
        step_wrote((uintptr_t)address);                                                 \
        type old = *address;                                                            \
        *address = (type)(old operator value);                                          \
        return old;                                                                     \
    }

#define ATOMIC(bits, type)                                                              \
    type __tsan_atomic##bits##_load(type *address, int order);                          \
    type __tsan_atomic##bits##_load(type *address, int order)                           \
    {                                                                                   \
        before_load((uintptr_t)address, sizeof *address, order, PLACE);                 \
        return *address;                                                                \
    }                                                                                   \
    void __tsan_atomic##bits##_store(type *address, type value, int order);             \
    void __tsan_atomic##bits##_store(type *address, type value, int order)              \
    {                                                                                   \
        before_store((uintptr_t)address, sizeof *address, order, PLACE);                \
        *address = value;                                                               \
    }                                                                                   \
    type __tsan_atomic##bits##_exchange(type *address, type value, int order);          \
    type __tsan_atomic##bits##_exchange(type *address, type value, int order)           \
    {                                                                                   \
        before_update((uintptr_t)address, sizeof *address, order, PLACE);               \
        step_wrote((uintptr_t)address);                                                 \
        type old = *address;                                                            \
        *address = value;                                                               \
        return old;                                                                     \
    }                                                                                   \
    int __tsan_atomic##bits##_compare_exchange_strong(type *address, type *expected,    \
                                                      type value, int order, int other); \
    int __tsan_atomic##bits##_compare_exchange_strong(type *address, type *expected,    \
                                                      type value, int order, int other) \
    {                                                                                   \
        (void)other;                                                                    \
        before_update((uintptr_t)address, sizeof *address, order, PLACE);               \
        if (*address != *expected) {                                                    \
            *expected = *address;                                                       \
            return false;                                                               \
        }                                                                               \
        step_wrote((uintptr_t)address);                                                 \
        *address = value;                                                               \
        return true;                                                                    \
    }                                                                                   \
    int __tsan_atomic##bits##_compare_exchange_weak(type *address, type *expected,      \
                                                    type value, int order, int other);  \
    int __tsan_atomic##bits##_compare_exchange_weak(type *address, type *expected,      \
                                                    type value, int order, int other)   \
        __attribute__((alias("__tsan_atomic" #bits "_compare_exchange_strong")));       \
    type __tsan_atomic##bits##_compare_exchange_val(type *address, type expected,       \
                                                    type value, int order, int other);  \
    type __tsan_atomic##bits##_compare_exchange_val(type *address, type expected,       \
                                                    type value, int order, int other)   \
    {                                                                                   \
        (void)other;                                                                    \
        before_update((uintptr_t)address, sizeof *address, order, PLACE);               \
        type old = *address;                                                            \
        if (old == expected) {                                                          \
            step_wrote((uintptr_t)address);                                             \
            *address = value;                                                           \
        }                                                                               \
        return old;                                                                     \
    }                                                                                   \
    ATOMIC_FETCH(bits, type, add, +)                                                    \
    ATOMIC_FETCH(bits, type, sub, -)                                                    \
    ATOMIC_FETCH(bits, type, or, |)                                                     \
    ATOMIC_FETCH(bits, type, and, &)                                                    \
    ATOMIC_FETCH(bits, type, xor, ^)

ATOMIC(8, uint8_t)
ATOMIC(16, uint16_t)
ATOMIC(32, uint32_t)
ATOMIC(64, uint64_t)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
    if (order != __ATOMIC_SEQ_CST)
        return;
    step_drain(PLACE);
    exhaustive_note_unseen();
    race_fence();
}

void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_signal_fence(int order)
{
    (void)order;
}

/* --- what needs no answer ----------------------------------------------------------------- */

void __tsan_init(void);
void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller);
void __tsan_func_entry(void *caller)
{
    if (schedule_is_told)
        story_call(PLACE, (uintptr_t)caller);
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}
