/* Included before string.c and printf.c and their tests: gives the kernel's functions names of
 * their own, so that they are tested, and not the host's.  All other files call the host's,
 * which the address sanitizer watches. */
#pragma once

#define memcpy    kernel_memcpy
#define memmove   kernel_memmove
#define memset    kernel_memset
#define memcmp    kernel_memcmp
#define strlen    kernel_strlen
#define strnlen   kernel_strnlen
#define strcmp    kernel_strcmp
#define strncmp   kernel_strncmp
#define strchr    kernel_strchr
#define vsnprintf kernel_vsnprintf
#define snprintf  kernel_snprintf
