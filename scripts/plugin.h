/* What the plugins of QEMU here use of its interface for them
 * (https://www.qemu.org/docs/master/devel/tcg-plugins.html).  It is declared here, as Debian has no
 * package with its header; what is used has been the same since QEMU 6.  INTERFACE is the version
 * that this QEMU asks for (plugin.py). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum { NO_REGISTERS = 0 };              /* a callback that looks at none */

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*translated)(
                                           plugin_id id, struct qemu_plugin_tb *block));
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            void (*executed)(unsigned cpu, void *data),
                                            int registers, void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*ended)(plugin_id id, void *data),
                                    void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

EXPORT int qemu_plugin_version = INTERFACE;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);
