# Strata.  `make help` lists what can be made (the lines with #: below).
#
# A new file or folder needs no edit here: kern/LAYERS names the layers, and every .c and .S in
# a layer's folder and in boot/ belongs to the kernel; every .c in user/programs/,
# user/tests/ and user/attacks/ is a program.  Two variants: release (default) and debug (DEBUG=1: lock checks,
# schedule points, tests), each by gcc or clang (CC=clang).
ifeq ($(origin CC),default)
CC      := gcc
endif
DEBUG   ?= 0
CLANG   := $(findstring clang,$(notdir $(CC)))
VARIANT := $(if $(filter 1,$(DEBUG)),debug,release)$(CLANG:%=-%)
OUT     := build/$(VARIANT)
KERNEL  := $(OUT)/strata.elf

SHELL   := /bin/bash
V       ?= 0
Q       := $(if $(filter 1,$V),,@)
say      = @printf '  %-5s %s\n' $1 $2

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

LAYERS  := $(shell awk '/^[a-z]/ && $$1 != "upcall" { print $$1 }' kern/LAYERS)
$(foreach l,$(LAYERS),$(eval SO_FAR += $l)$(eval RANK_$l := $(words $(SO_FAR))))

# What the wildcards below would silently leave out.
STRAY   := $(filter-out $(LAYERS:%=kern/%/),$(wildcard kern/*/)) \
           $(wildcard kern/*.[chS] kern/*/*/)
$(if $(strip $(STRAY)),$(error $(firstword $(STRAY)) is not in a layer of kern/LAYERS))

# --- the kernel ---------------------------------------------------------------------------
WARN    := -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes -Wredundant-decls \
           -Wvla -Wframe-larger-than=1024
# gcc 12 and later take an access to a low address for a null pointer's, unless told.
LOW     := --param=min-pagesize=0
LOW     := $(shell $(CC) -Werror $(LOW) -fsyntax-only -x c /dev/null 2> /dev/null && \
             echo $(LOW))
COMMON  := -m32 -march=i686 -std=gnu11 -O2 -g -ffreestanding -fno-pic -fno-pie -fno-common \
           -fno-stack-protector -fno-asynchronous-unwind-tables -fno-omit-frame-pointer \
           -ffile-prefix-map=$(CURDIR)=. -nostdinc \
           -isystem $(shell $(CC) -m32 -print-file-name=include 2>/dev/null) \
           -MMD -MP $(WARN) $(LOW)
KFLAGS  := $(COMMON) -mno-sse -mno-mmx -mno-80387 -Ikern $(if $(filter 1,$(DEBUG)),-DDEBUG)
# The declarations that gcc saw, for headercheck.
PROTO    = $(if $(CLANG),,-aux-info $(@:.o=.proto))

KSRC    := $(foreach l,$(LAYERS),$(sort $(wildcard kern/$l/*.c kern/$l/*.S))) \
           $(sort $(wildcard boot/*.S))
ifneq ($(DEBUG),1)
KSRC    := $(filter-out %_test.c %_test.S,$(KSRC))
endif
KOBJ    := $(KSRC:%=$(OUT)/%.o)
KLINK   := ld -m elf_i386 -nostdlib -z noexecstack -T boot/kernel.ld

# Names what something is made of, and is written only if that changes: so a source that is gone
# is noticed.
$(OUT)/objects.list: MEMBERS = $(KOBJ)
%.list: FORCE
	$Qmkdir -p $(@D)
	$Qecho '$(MEMBERS)' | cmp -s - $@ || echo '$(MEMBERS)' > $@

# Two links: the first gives scripts/ksyms the addresses that the second embeds.
$(KERNEL): $(KOBJ) $(OUT)/objects.list boot/kernel.ld scripts/ksyms.S scripts/ksyms
	$(call say,LINK,$@)
	$Q$(KLINK) -o $(OUT)/first.elf $(KOBJ)
	$Qscripts/ksyms $(OUT)/first.elf $(OUT)/ksyms.bin
	$Q$(CC) -m32 -c -I$(OUT) -o $(OUT)/ksyms.o scripts/ksyms.S
	$Q$(KLINK) -o $(OUT)/second.elf $(KOBJ) $(OUT)/ksyms.o
	$Qmv $(OUT)/second.elf $@

layer    = $(notdir $(patsubst %/,%,$(dir $1)))
LAYER_FLAGS = -DLAYER_NAME=\"$(call layer,$<)\" -DLAYER_RANK=$(RANK_$(call layer,$<)) \
              -DLAYER_NAMES='"$(LAYERS)"'
$(OUT)/%.c.o: %.c Makefile kern/LAYERS
	$(call say,CC,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(KFLAGS) $(LAYER_FLAGS) $(PROTO) -c -o $@ $<
$(OUT)/%.S.o: %.S Makefile
	$(call say,AS,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(KFLAGS) -c -o $@ $<

# --- checks of the tree's order -----------------------------------------------------------
# A header is right if it compiles alone.
ALONE    = -MF $(@:.ok=.d) -MT $@ -fsyntax-only -include $< -x c /dev/null
KHDR    := $(foreach l,$(LAYERS),$(sort $(wildcard kern/$l/*.h)))
$(OUT)/%.h.ok: %.h Makefile
	$Qmkdir -p $(@D)
	$Q$(CC) $(KFLAGS) $(LAYER_FLAGS) $(ALONE)
	$Qtouch $@

$(OUT)/checked: $(KOBJ) $(KHDR:%=$(OUT)/%.ok) kern/LAYERS misc/LOCKS.md \
		$(addprefix scripts/,layercheck headercheck lockcheck house.py)
	$(call say,CHECK,$@)
	$Qscripts/layercheck kern/LAYERS $(KOBJ)
	$Qscripts/headercheck kern/LAYERS $(KOBJ)
	$Qscripts/lockcheck
	$Qtouch $@

-include $(KOBJ:.o=.d) $(KHDR:%=$(OUT)/%.d)

# --- programs -----------------------------------------------------------------------------
# The same for both kernels.  Strings, printf and 64-bit division are the kernel's own, compiled
# again.
UOUT    := build/programs$(CLANG:%=-%)
UFLAGS  := $(COMMON) -ffunction-sections -fdata-sections -Iuser/include -Ikern
ULIBSRC := $(sort $(wildcard user/lib/*.c user/lib/*.S)) \
           $(addprefix kern/lib/,string.c int64.c divide_long.S decimal.c printf.c \
             printf_double.c printf_field.c)
ULIB    := $(ULIBSRC:%=$(UOUT)/%.o)
PROGSRC := $(sort $(wildcard user/programs/*.c user/tests/*.c user/attacks/*.c))
PROGRAM := $(basename $(notdir $(PROGSRC)))
$(if $(filter-out $(words $(PROGRAM)),$(words $(sort $(PROGRAM)))),\
	$(error two programs in user/ have one name))
ULINK   := ld -m elf_i386 -nostdlib -z noexecstack --gc-sections -T user/lib/user.ld
TAR     := tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0

$(UOUT)/%.c.o: %.c Makefile
	$(call say,CC,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(UFLAGS) -c -o $@ $<
$(UOUT)/%.S.o: %.S Makefile
	$(call say,AS,$@)
	$Qmkdir -p $(@D)
	$Q$(CC) $(UFLAGS) -c -o $@ $<
define program_rule
$(UOUT)/$(basename $(notdir $1)).elf: $(UOUT)/$1.o $(ULIB) user/lib/user.ld
	$Q$(ULINK) -o $$@ $$(filter %.o,$$^)
endef
$(foreach s,$(PROGSRC),$(eval $(call program_rule,$s)))

# The archive holds each program under its name, without debug information, and a text.
$(UOUT)/programs.list: MEMBERS = $(PROGRAM)
$(UOUT).tar: $(PROGRAM:%=$(UOUT)/%.elf) $(UOUT)/programs.list README.md Makefile
	$(call say,TAR,$@)
	$Qrm -rf $(UOUT)/tar && mkdir -p $(UOUT)/tar
	$Qfor p in $(PROGRAM); do objcopy --strip-debug $(UOUT)/$$p.elf $(UOUT)/tar/$$p; done
	$Qcp README.md $(UOUT)/tar/README
	$Q$(TAR) -cf $@ -C $(UOUT)/tar $(sort $(PROGRAM)) README

UOBJ    := $(ULIB) $(PROGSRC:%=$(UOUT)/%.o)
-include $(UOBJ:.o=.d)

UHDR    := $(sort $(wildcard user/include/*.h user/include/*/*.h))
$(UOUT)/%.h.ok: %.h Makefile
	$Qmkdir -p $(@D)
	$Q$(CC) $(UFLAGS) $(ALONE)
	$Qtouch $@
$(UOUT)/checked: $(UOBJ) $(UHDR:%=$(UOUT)/%.ok) kern/LAYERS scripts/headercheck scripts/house.py
	$Qscripts/headercheck kern/LAYERS $(UOBJ)
	$Qtouch $@
-include $(UHDR:%=$(UOUT)/%.d)

all: $(KERNEL) $(OUT)/checked $(UOUT).tar $(UOUT)/checked
	@$(if $(filter release,$(VARIANT)),cmp -s $< build/strata.elf || cp $< build/strata.elf,:)

# The objects of one layer in both variants: `make objs LAYER=pmm`.
objs:
	@[ "$(filter $(LAYER),$(LAYERS))" ] || \
		{ echo 'usage: make objs LAYER=name, one of: $(LAYERS)'; exit 2; }
	+@$(MAKE) layer-objs DEBUG=0
	+@$(MAKE) layer-objs DEBUG=1
layer-objs: $(filter $(OUT)/kern/$(LAYER)/%,$(KOBJ) $(KHDR:%=$(OUT)/%.ok))

# --- the ISO ------------------------------------------------------------------------------
ISO     ?= build/strata.iso
iso: all
	$(call say,ISO,$(ISO))
	$Qscripts/iso $(KERNEL) $(UOUT).tar $(ISO) "$(ISO_APPEND)"

# --- running ------------------------------------------------------------------------------
CPUS    ?= 4
MEM     ?= 128
SHIFT   ?= 5
MINUTES ?= 1
GDB_PORT ?= 1234
SEEDS   ?= 1..200
RUNFLAGS =
RUN     := scripts/run --kernel $(KERNEL) --programs $(UOUT).tar --cpus $(CPUS) --mem $(MEM) \
           $(LIMIT:%=--limit %) $(ICOUNT:%=--icount %) $(SEED:%=--seed %) $(RUNFLAGS)
DEMO    := demo $(ITEMS:%=items=%) $(BUFFER:%=buffer=%) $(QUIET:1=quiet) $(STAGE:%=stage=%)
# A window only where there is a screen for it.
WINDOW  := $(if $(DISPLAY)$(WAYLAND_DISPLAY),--window,--interactive)

demo:
	@scripts/setup build run iso
	+@$(MAKE) iso ISO=build/demo.iso ISO_APPEND="cpus=$(CPUS) $(strip $(OPTIONS) $(DEMO))"
	@$(RUN) --iso build/demo.iso --limit $(or $(LIMIT),$(if $(ITEMS),600,60))

soak: all
	@$(RUN) --limit $$(($(MINUTES) * 60 + 120)) --append "$(OPTIONS) soak minutes=$(MINUTES)"

qemu: all
	@$(RUN) $(WINDOW) --append "$(APPEND)"
qemu-nox: all
	@$(RUN) --interactive --append "$(APPEND)"
qemu-gdb: all
	@echo 'now run `make gdb$(if $(filter 1,$(DEBUG)), DEBUG=1)` in another terminal'
	@$(RUN) --interactive --gdb --gdb-port $(GDB_PORT) --append "$(APPEND)"
gdb:
	@scripts/setup gdb
	@gdb -q -x scripts/gdb/strata.py $(KERNEL) -ex "target remote :$(GDB_PORT)"

# One word for the shell, whatever quotes the user has put into ARGS.
quote    = '$(subst ','\'',$1)'

run-%: all
	@$(RUN) --interactive --limit $(or $(LIMIT),600) --append $(call quote,$(OPTIONS) run=$* $(ARGS))

# A program outside the tree, compiled like the others but without their strictness.
run:
	@[ "$(PROG)" ] || { echo 'usage: make run PROG=path/to/file.c [ARGS="..."]'; exit 2; }
	@[ -f "$(PROG)" ] || { echo 'make run: no file $(PROG)'; exit 2; }
	+@$(MAKE) all
	@mkdir -p build/run
	@name=$$(basename "$(PROG)" .c | tr -c 'A-Za-z0-9_\n' _ | cut -c1-63) && \
	$(CC) $(filter-out $(WARN),$(UFLAGS)) -Wall -c -o build/run/$$name.o "$(PROG)" && \
	$(ULINK) -o build/run/$$name.elf build/run/$$name.o $(ULIB) && \
	$(RUN) --module $$name=build/run/$$name.elf --interactive --limit $(or $(LIMIT),600) \
		--append $(call quote,$(OPTIONS))" run=$$name "$(call quote,$(ARGS))

# Ticks are guest instructions under these flags; the release kernel, one CPU.
bench:
	+@$(MAKE) all DEBUG=0
	@scripts/run --icount 0 --cpus 1 --limit 600 --append "run=bench "$(call quote,$(ARGS))

# --- testing ------------------------------------------------------------------------------
# TEST=1 LAYER=thread and test=PREFIX choose what `make test` runs.
ifeq ($(TEST),1)
.DEFAULT_GOAL := test
endif
test:
	@scripts/setup build run iso host gdb
	+@$(MAKE) all DEBUG=0
	+@$(MAKE) all DEBUG=1
	@scripts/test $(or $(test),$(LAYER:%=%.))

# kern/lib and its tests on the host, under sanitizers: `make host-test`.
-include misc/host/host.mk

# Strata in a page: `make web`.
-include web/web.mk

explore:
	@[ "$(TEST)" ] || { echo 'usage: make explore TEST=name [CPUS=n] [SEEDS=1..200]'; exit 2; }
	+@$(MAKE) all DEBUG=1
	@scripts/explore --cpus $(CPUS) --shift $(SHIFT) --seeds $(SEEDS) \
		--options "$(OPTIONS)" $(TEST)

replay:
	@[ "$(TEST)" -a "$(SEED)" ] || \
		{ echo 'usage: make replay TEST=name SEED=n [CPUS=n] [GDB=1]'; exit 2; }
	+@$(MAKE) all DEBUG=1
	@$(if $(GDB),echo 'now run `make gdb DEBUG=1` in another terminal')
	@scripts/run --kernel build/debug/strata.elf --cpus $(CPUS) --icount $(SHIFT) --seed $(SEED) \
		$(if $(GDB),--gdb) --limit $(or $(LIMIT),600) --append "limit=120 $(OPTIONS) test=$(TEST)"

lint:
	@scripts/setup build lint
	+@for v in "CC=gcc" "CC=gcc DEBUG=1" "CC=clang" "CC=clang DEBUG=1"; do \
		$(MAKE) all $$v || exit 1; done
	@echo 'lint: gcc and clang, release and debug: no warnings'

# --- the rest -----------------------------------------------------------------------------
setup:
	@scripts/setup build run iso host lint gdb
doctor:
	@scripts/doctor
clean:
	rm -rf build
help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

#: Strata: what can be made.  In a terminal, Ctrl-A X ends QEMU.
#:
#:   make demo           2 producers, 2 consumers, a bounded buffer; from the ISO; PASS or FAIL
#:                         ITEMS=n BUFFER=n QUIET=1
#:                         STAGE=cooperative|preemptive|kernel-preemptive|all
#:   make test           every test; test=thread.sleep or LAYER=thread: only those
#:   make                the kernel build/strata.elf, build/programs.tar, checks of the tree
#:   make iso            build/strata.iso; ISO_APPEND="boot options"
#:   make qemu           boot to a shell; qemu-nox: in the terminal; APPEND="boot options"
#:   make run-NAME       boot, run a program, end with its exit status; ARGS="..."
#:   make run PROG=path/file.c     the same with your own source file; ARGS="..."
#:   make web            a page with Strata in it, for any web server: build/web; with your own
#:                         source file: PROG=path/file.c ARGS="..."
#:   make serve          show it at an address of this computer; PORT=n
#:   make soak MINUTES=n           endless ping and pong on every CPU
#:   make bench          every benchmark
#:   make explore TEST=name        a test under many seeds; SEEDS=1..200 SHIFT=5
#:   make replay TEST=name SEED=n  the very same run again; GDB=1 waits for gdb
#:   make qemu-gdb       boot and wait for gdb; make gdb: gdb with Strata's commands; both:
#:                         GDB_PORT=1234
#:   make lint           gcc and clang, release and debug, without warnings
#:   make doctor         is every tool there?  make setup: install what is missing
#:   make objs LAYER=pmm compile one layer; make clean: remove build/
#:
#: For all:              CC=clang   V=1: show the commands
#: For all that build the kernel:  DEBUG=1: with lock checks, schedule points and tests
#: For all that boot:    CPUS=4 MEM=128
#: demo, soak, qemu*, run*:        LIMIT=seconds: the longest run; ICOUNT=n: deterministic, an
#:                         instruction takes 2^n ns; SEED=n: move the schedule (with DEBUG=1);
#:                         RUNFLAGS="...": for scripts/run (scripts/run --help)
#: demo, soak, run*, explore, replay:  OPTIONS="lock=big": more boot options

.PHONY: FORCE all objs layer-objs iso demo soak qemu qemu-nox qemu-gdb gdb run bench test explore \
        replay lint setup doctor clean help
