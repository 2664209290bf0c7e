# Sourced by the self-tests of the build: a tree small enough to be built again and again.
# $top is the whole tree.

# file PATH: write standard input to a file of the tree.
file() {
    mkdir -p "$(dirname "$1")"
    cat > "$1"
}

# The small tree: four layers, one allowed upward call, a library, one program.
small_tree() {
    cp -r "$top/Makefile" "$top/scripts" .
    mkdir -p boot
    touch README.md CHANGES.md
    cp "$top/boot/kernel.ld" boot
    file kern/LAYERS <<< $'lib  a\n  panic\ndev  b\n  bus dev\npmm  c\n  pmm\ninit d\n  locks main\nupcall panic_at  it needs devices'
    file kern/lib/types.h <<< $'#pragma once\ntypedef unsigned uint32_t;'
    file kern/lib/panic.h <<< $'#pragma once\nvoid panic_at(int line);\nvoid check(int yes);'
    file kern/lib/panic.c <<< $'#include "lib/panic.h"
void check(int yes) { if (!yes) panic_at(1); }'
    file kern/dev/dev.h <<< $'#pragma once\nint port(void);'
    file kern/dev/dev.c <<< $'#include "dev/dev.h"\n#include "dev/bus_priv.h"\n#include "lib/panic.h"
/* LOCK_CLASS("dev.port", 0) */
int port(void) { return bus_read(); }\nvoid panic_at(int line) { for (;;) line++; }'
    file kern/dev/bus_priv.h <<< $'#pragma once\nint bus_read(void);'
    file kern/dev/bus.c <<< $'#include "dev/bus_priv.h"\nint bus_read(void) { return 1; }'
    file misc/READING.md <<< $'<!-- order: -->\n<!-- end of order -->'
    file kern/pmm/pmm.h <<< $'#pragma once\n#include "lib/types.h"\nuint32_t page_alloc(void);
static inline uint32_t half(uint32_t n) { return n / 2; }\nextern uint32_t pages;'
    file kern/pmm/pmm_priv.h <<< $'#pragma once\n#define SECRET 5'
    file misc/LOCKS.md <<< $'| init.b | 1 |\n| init.a | 0 |\n| dev.port | 0 |'
    file kern/init/locks.c <<< $'/* LOCK_CLASS("init.b", 1) LOCK_CLASS("init.a", 0) */'
    file kern/pmm/pmm.c <<< $'#include "pmm/pmm_priv.h"
#include "pmm/pmm.h"\n#include "dev/dev.h"
uint32_t pages = SECRET;\nuint32_t page_alloc(void) { return port() + half(pages); }'
    file kern/init/init_priv.h <<< $'#pragma once\nvoid kern_main(void);'
    file kern/init/main.c <<< $'#include "init/init_priv.h"\n#include "pmm/pmm.h"\n#include "lib/panic.h"
void kern_main(void) { check(page_alloc() != 0); }'
    file boot/start.S <<< $'.globl _start\n_start: call kern_main\n.section .note.GNU-stack, ""'
    file user/LAYERS <<< $'lib  x\n  low high'
    file user/include/low.h <<< $'#pragma once\nint low(void);\nint high(void);'
    file user/lib/low.c <<< $'#include "low.h"\nint low(void) { return 1; }'
    file user/lib/high.c <<< $'#include "low.h"\nint high(void) { return low(); }'
    file user/lib/user.ld <<< $'ENTRY(main)'
    file user/include/hello.h <<< $'#pragma once\nint main(void);'
    file user/programs/hello.c <<< $'#include "hello.h"\nint main(void) { return 0; }'
    scripts/check/readingorder kern/LAYERS misc/READING.md
}
