/* What each CPU has loaded and remembers of page tables (user.c). */
#pragma once

/* As after a reset, on all CPUs: no table, and nothing remembered. */
void user_memory_reset(void);
