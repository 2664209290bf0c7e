/* What the plugins of QEMU here use of its interface for them
 * (https://www.qemu.org/docs/master/devel/tcg-plugins.html).  It is declared here, as Debian has no
 * package with its header.  INTERFACE is the version that this QEMU asks for (plugin.py). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { NO_REGISTERS = 0 };              /* a callback that looks at none */
enum { READS_AND_WRITES = 3 };

void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            void (*executed)(unsigned cpu, void *data),
                                            int registers, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
                                      void (*accessed)(unsigned cpu, uint32_t info,
                                                       uint64_t address, void *data),
                                      int registers, int which, void *data);
bool qemu_plugin_mem_is_store(uint32_t info);
unsigned qemu_plugin_mem_size_shift(uint32_t info);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = INTERFACE;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

/* Each plugin has these: for each block that is translated, and for the end. */
static void plugin_translated(struct qemu_plugin_tb *block);
static void plugin_ended(void);

/* QEMU 11 calls with the data that was given to it, those before with the plugin's number. */
#if INTERFACE >= 7
typedef void translated_function(struct qemu_plugin_tb *block, void *data);
typedef void ended_function(void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, translated_function *function, void *data);

static void translated(struct qemu_plugin_tb *block, void *data)
{
    (void)data;
    plugin_translated(block);
}

static void ended(void *data)
{
    (void)data;
    plugin_ended();
}

static inline void listen_to_translation(plugin_id id)
{
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated, NULL);
}
#else
typedef void translated_function(plugin_id id, struct qemu_plugin_tb *block);
typedef void ended_function(plugin_id id, void *data);

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, translated_function *function);

static void translated(plugin_id id, struct qemu_plugin_tb *block)
{
    (void)id;
    plugin_translated(block);
}

static void ended(plugin_id id, void *data)
{
    (void)id, (void)data;
    plugin_ended();
}

static inline void listen_to_translation(plugin_id id)
{
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
}
#endif

void qemu_plugin_register_atexit_cb(plugin_id id, ended_function *function, void *data);

/* For qemu_plugin_install(). */
static inline void plugin_listen(plugin_id id)
{
    listen_to_translation(id);
    qemu_plugin_register_atexit_cb(id, ended, NULL);
}

/* All of it, for a plugin that is told by arguments: out=FILE, which it must get, and those that
 * take() knows. */
static inline int plugin_begin(plugin_id id, int argc, char **argv, FILE **output,
                               bool (*take)(const char *argument))
{
    for (int i = 0; i < argc; i++) {
        bool is_output = strncmp(argv[i], "out=", 4) == 0;

        if (is_output ? !(*output = fopen(argv[i] + 4, "w")) : !take(argv[i])) {
            fprintf(stderr, "argument %s is not understood\n", argv[i]);
            return 1;
        }
    }
    if (!*output)
        return 1;
    plugin_listen(id);
    return 0;
}

/* --- places that are marked --------------------------------------------------------------- */

/* Instructions of a program where something begins or ends: at=ADDRESS, several times. */
static struct {
    uint64_t addresses[64];
    unsigned count;
} plugin_marks;

static inline bool plugin_take_mark(const char *argument)
{
    if (strncmp(argument, "at=", 3) != 0 ||
        plugin_marks.count == sizeof plugin_marks.addresses / sizeof plugin_marks.addresses[0])
        return false;
    plugin_marks.addresses[plugin_marks.count++] = strtoull(argument + 3, NULL, 0);
    return true;
}

static inline bool plugin_is_mark(uint64_t address)
{
    for (unsigned i = 0; i < plugin_marks.count; i++)
        if (plugin_marks.addresses[i] == address)
            return true;
    return false;
}
