/* The log: what the kernel says.
 *
 * The text of one call is written as a whole: text from different CPUs never mixes within it.
 * So say a line in one call.  Callable in every state, also from interrupt handlers and with
 * locks held; never blocks (output.h says when it waits). */
#pragma once

#include "lib/types.h"

/* Longer text of one KERN_ call is cut, and ends in "...\n". */
#define LOG_TEXT_MAX 384

/* For the users of the kernel: the text as it is. */
#define KERN_INFO(...)  log_info(__VA_ARGS__)

/* Something is not as it should be, and the kernel goes on: "[W] FILE:LINE: text". */
#define KERN_WARN(...)  log_warn(__FILE__, __LINE__, __VA_ARGS__)

/* For the readers of the kernel: "[D] FILE:LINE: text", if the boot option log= names the
 * layer in which it stands.  Costs one test if not. */
#define KERN_DEBUG(...)                                                                 \
    (log_is_enabled(LAYER_RANK) ? log_debug(__FILE__, __LINE__, __VA_ARGS__) : (void)0)

void log_info(const char *format, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);
void log_debug(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);

/* Enables KERN_DEBUG in each layer of `list` ("trap,proc"), or in all ("all"), besides those
 * enabled before.  E_INVAL_ARG, and nothing enabled, if a name is not that of a layer. */
MUST_USE int log_enable(const char *list);

/* Bit r: the layer with LAYER_RANK r is enabled.  Written at boot, read by anyone. */
extern uint32_t log_enabled_layers;

static inline bool log_is_enabled(unsigned layer_rank)
{
    return __atomic_load_n(&log_enabled_layers, __ATOMIC_RELAXED) >> layer_rank & 1;
}
