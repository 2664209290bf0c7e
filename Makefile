# Strata.  `make help` lists what can be made (the lines with #: below).
#
# A new file or folder needs no edit here: kern/LAYERS names the layers and the order of their
# files, and every .c and .S in a layer's folder and in boot/ belongs to the kernel; every .c in
# user/programs/, user/tests/ and user/attacks/ is a program.  Two variants: release (default) and debug (DEBUG=1: lock checks,
# schedule points, tests).  scripts/toolchain chooses the compiler and the other tools, unless
# told (CC=clang, CROSS=i686-linux-gnu-, LD=ld.lld); a compiler that was asked for has folders
# of its own.  All that is made lies in the folder O.
DEBUG   ?= 0
SHELL   := /bin/bash
V       ?= 0
Q       := $(if $(filter 1,$V),,@)
# A tab, as no program is started for it.
say      = $(info $()  $1	$2)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

# One word for the shell, whatever quotes and blanks are in it.
quote    = '$(subst ','\'',$1)'

O       ?= $(or $(OUT),build)
export O
$(if $(filter-out 1,$(words $(O))),$(error O=$(O) must be the name of one folder, without blanks))

# What was asked for is looked at once, before anything is built.
SETTINGS := DEBUG V WERROR QUIET CPUS MEM SHIFT ICOUNT SEED SEEDS LIMIT MINUTES HOURS ITEMS \
            BUFFER STAGE GDB_PORT TEST LAYER POINTS
WRONG    := $(if $(filter 0,$(MAKELEVEL)),$(shell scripts/settings $(call quote,GOALS=$(MAKECMDGOALS)) \
              $(foreach s,$(SETTINGS),$(if $($s),$(call quote,$s=$($s))))))
$(if $(WRONG),$(error $(WRONG)))

# --- the toolchain ------------------------------------------------------------------------
$(foreach v,CC LD,$(if $(filter default,$(origin $v)),$(eval $v :=)))
ifndef BUILDER
CHOSEN  := $(shell $(foreach v,CC CROSS LD QEMU O,$v=$(call quote,$($v))) \
             scripts/toolchain 2> /dev/null | tr ' ' '|')
endif
export CHOSEN
$(foreach line,$(filter-out QEMU=%,$(CHOSEN)),$(eval $(subst |, ,$(line))))
# POINTS=access or access:LAYER: a debug kernel of its own, with schedule points at accesses to
# memory.  For `make replay` points by number may follow.
comma   := ,
ACCESS  := $(filter access%,$(subst $(comma), ,$(POINTS)))
NUMBERS := $(subst $() ,$(comma),$(filter-out access%,$(subst $(comma), ,$(POINTS))))
VARIANT := $(if $(filter 1,$(DEBUG)),debug$(subst :,-,$(ACCESS:%=-%)),release)$(SUFFIX)
KOUT    := $(O)/$(VARIANT)
# The objects that are the same without such points lie where those of the other debug kernel do.
PLAIN   := $(O)/$(if $(filter 1,$(DEBUG)),debug,release)$(SUFFIX)
UOUT    := $(O)/programs$(SUFFIX)
KERNEL  := $(KOUT)/strata.elf

# --- one builder at a time ----------------------------------------------------------------
# Of two makes in one folder the second waits for the first, and then finds its work done.  What
# a build that was cut short has made may be half files, and is made again.
define alone
	@mkdir -p $(O) && [ -w $(O) ] || { echo 'make: no files can be made in $(O): say O=folder'; exit 1; }
	@flock -n $(O)/lock true || echo 'make: waiting for another make in $(O)'
	+@flock $(O)/lock sh -c 'cut=$(O)/unfinished; \
		[ ! -e $$cut ] || find $(O) -type f -newer $$cut ! -name lock -delete; \
		touch -d "1 second ago" $$cut; $(MAKE) $1 BUILDER=1; made=$$?; rm -f $$cut; exit $$made'
endef
# Only who builds reads what depends on what: these may be the half files.
BUILDS  := $(BUILDER)$(filter $(O)/%,$(MAKECMDGOALS))
dependencies = $(if $(BUILDS),$(eval -include $1))

LAYERS  := $(shell awk '/^[a-z]/ && $$1 != "upcall" { print $$1 }' kern/LAYERS)
$(foreach l,$(LAYERS),$(eval SO_FAR += $l)$(eval RANK_$l := $(words $(SO_FAR))))

# What the wildcards below would silently leave out.
STRAY   := $(filter-out $(LAYERS:%=kern/%/),$(wildcard kern/*/)) \
           $(wildcard kern/*.[chS] kern/*/*/)
$(if $(strip $(STRAY)),$(error $(firstword $(STRAY)) is not in a layer of kern/LAYERS))

# --- the kernel ---------------------------------------------------------------------------
# A warning is no error for who builds: a newer compiler has others.  WERROR=1 makes it one.
WARN    := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wredundant-decls -Wvla \
           -Wframe-larger-than=1024 $(if $(filter 1,$(WERROR)),-Werror)
# binutils before 2.39 take one folder for another in DWARF 5.
BASE    := -march=i686 -std=gnu11 -O2 -gdwarf-4 -ffreestanding -fno-pic -fno-pie -fno-common \
           -fno-stack-protector -fno-asynchronous-unwind-tables -fno-omit-frame-pointer \
           -ffile-prefix-map=$(call quote,$(CURDIR)=.) -nostdinc \
           -isystem $(call quote,$(I386_INCLUDE)) $(I386_LOW) -MMD -MP
# clang checks the locks, too (pcpu/spinlock.h).
# Arguments in registers (EAX, EDX, ECX): 3 to 4 % fewer instructions of each row of `make bench`.
KFLAGS  := $(BASE) $(WARN) $(if $(I386_CLANG),-Wthread-safety) -mno-sse -mno-mmx -mno-80387 \
           -mregparm=3 -Ikern $(if $(filter 1,$(DEBUG)),-DDEBUG) $(COVERED)
# Of a file under test the compiler tells each access (pcpu/access_point.c), which takes more stack.
TOLD    := -Wframe-larger-than=2048 $(if $(I386_CLANG),-fsanitize=kernel-address $(addprefix -mllvm -asan-,\
             instrumentation-with-call-threshold=0 opt=0 globals=0 stack=0),-fsanitize=thread -Wno-tsan)
NOT_TOLD := $(addprefix kern/pcpu/,access_point.c sched_point.c trace.c) %_support_test.c \
            kern/apps/runner_test.c kern/thread/parallel_test.c
under_test = $(filter-out $(NOT_TOLD),$(filter \
               %_test.c $(patsubst access:%,kern/%/,$(ACCESS))%.c,$1))
point_flags = $(if $(filter $(PLAIN),$(KOUT)),,$(strip $(if $(call under_test,$1),$(TOLD)) \
                $(if $(filter %/access_point.c,$1),-DACCESS_POINTS)))
# The declarations that gcc saw, for headercheck.
PROTO    = $(if $(I386_CLANG),,-aux-info $(@:.o=.proto))

KSRC    := $(foreach l,$(LAYERS),$(sort $(wildcard kern/$l/*.c kern/$l/*.S))) \
           $(sort $(wildcard boot/*.S))
ifneq ($(DEBUG),1)
KSRC    := $(filter-out %_test.c %_test.S,$(KSRC))
endif
KOBJ    := $(foreach s,$(KSRC),$(if $(call point_flags,$s),$(KOUT),$(PLAIN))/$s.o)
KLINK   := $(I386_LD) -nostdlib -z noexecstack -T boot/kernel.ld

# Names what something is made of and by, and is written only if that changes: so a source that
# is gone is noticed, and another compiler.
$(KOUT)/objects.list: MEMBERS = $(KOBJ) $(KLINK)
$(KOUT)/flags.list $(PLAIN)/flags.list: MEMBERS = $(I386_CC) $(KFLAGS)
$(UOUT)/flags.list:   MEMBERS = $(I386_CC) $(UFLAGS)
$(UOUT)/link.list:    MEMBERS = $(ULINK)
%.list: FORCE
	@$(if $(and $(I386_OBJCOPY),$(I386_NM),$(I386_OBJDUMP),$(I386_ADDR2LINE)),,\
		scripts/toolchain > /dev/null; echo 'make doctor: what to install'; exit 1)
	$Q[ -d $(@D) ] || mkdir -p $(@D); \
	echo $(call quote,$(MEMBERS)) | cmp -s - $@ || echo $(call quote,$(MEMBERS)) > $@

# Two links: the first gives scripts/ksyms the addresses that the second embeds.
$(KERNEL): $(KOBJ) $(KOUT)/objects.list boot/kernel.ld scripts/ksyms.S scripts/ksyms
	$(call say,LINK,$@)
	$Q$(KLINK) -o $(KOUT)/first.elf $(KOBJ)
	$Qscripts/ksyms $(KOUT)/first.elf $(KOUT)/ksyms.bin
	$Q$(I386_CC) -c -I$(KOUT) -o $(KOUT)/ksyms.o scripts/ksyms.S
	$Q$(KLINK) -o $(KOUT)/second.elf $(KOBJ) $(KOUT)/ksyms.o
	$Qmv $(KOUT)/second.elf $@

layer    = $(notdir $(patsubst %/,%,$(dir $1)))
LAYER_FLAGS = -DLAYER_NAME=\"$(call layer,$<)\" -DLAYER_RANK=$(RANK_$(call layer,$<)) \
              -DLAYER_NAMES='"$(LAYERS)"' \
              $(if $(filter %/init/main.c,$<),-DSTRATA_VERSION=\"$(VERSION)\")
define object_rules
$1/%.c.o: %.c Makefile kern/LAYERS $1/flags.list
	$$(call say,CC,$$@)
	$$Q$$(I386_CC) $$(KFLAGS) $$(call point_flags,$$<) $$(LAYER_FLAGS) $$(PROTO) -c -o $$@ $$<
$1/%.S.o: %.S Makefile $1/flags.list
	$$(call say,AS,$$@)
	$$Q$$(I386_CC) $$(KFLAGS) -c -o $$@ $$<
endef
$(foreach folder,$(sort $(KOUT) $(PLAIN)),$(eval $(call object_rules,$(folder))))

# The version is the first heading of CHANGES.md.
VERSION := $(shell awk '$$1 == "\043\043" { print $$2; exit }' CHANGES.md 2>/dev/null)
$(filter %/init/main.c.o,$(KOBJ)): CHANGES.md

# --- checks of the tree's order -----------------------------------------------------------
# A header is right if it compiles alone.
ALONE    = -MF $(@:.ok=.d) -MT $@ -fsyntax-only -include $< -x c /dev/null
KHDR    := $(foreach l,$(LAYERS),$(sort $(wildcard kern/$l/*.h)))
$(KOUT)/%.h.ok: %.h Makefile $(KOUT)/flags.list
	$Q$(I386_CC) $(KFLAGS) $(LAYER_FLAGS) $(ALONE) > $@

$(KOUT)/checked: $(KOBJ) $(KHDR:%=$(KOUT)/%.ok) kern/LAYERS misc/LOCKS.md misc/READING.md \
		$(addprefix scripts/check/,layercheck headercheck lockcheck deadcheck readingorder) \
		scripts/lock_table.py scripts/house.py
	$(call say,CHECK,$@)
	$Qscripts/check/layercheck kern/LAYERS $(KOBJ)
	$Qscripts/check/headercheck kern/LAYERS $(KOBJ)
	$Qscripts/check/lockcheck
	$Qscripts/check/readingorder --check kern/LAYERS misc/READING.md
	$(if $(filter 1,$(DEBUG)),,$Qscripts/check/deadcheck $(KOBJ))
	$Qtouch $@

# After a change of kern/LAYERS: the order of files in misc/READING.md.
reading:
	@scripts/check/readingorder kern/LAYERS misc/READING.md

# --- programs -----------------------------------------------------------------------------
# The same for both kernels.  Strings, printf, 64-bit division and the ELF format are the kernel's
# own, compiled again.
UBASE   := $(BASE) -ffunction-sections -fdata-sections -Iuser/include -Ikern
UFLAGS  := $(UBASE) $(WARN)
ULIBSRC := $(sort $(wildcard user/lib/*.c user/lib/*.S)) \
           $(wildcard $(addprefix kern/lib/,string.c int64.c divide_long.S decimal.c printf.c \
             printf_double.c printf_field.c elf.c))
ULIB    := $(ULIBSRC:%=$(UOUT)/%.o)
PROGSRC := $(sort $(wildcard user/programs/*.c user/tests/*.c user/attacks/*.c))
PROGRAM := $(basename $(notdir $(PROGSRC)))
TESTS   := $(basename $(notdir $(filter-out user/programs/%,$(PROGSRC))))
ATTACKS := $(basename $(notdir $(filter user/attacks/%,$(PROGSRC))))
$(if $(filter-out $(words $(PROGRAM)),$(words $(sort $(PROGRAM)))),\
	$(error two programs in user/ have one name))
# --nmagic: the kernel copies programs from the archive, so nothing in a file needs a page of its own.
ULINK   := $(I386_LD) -nostdlib --nmagic -z noexecstack --gc-sections -T user/lib/user.ld
TAR     := tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0

$(UOUT)/%.c.o: %.c Makefile $(UOUT)/flags.list
	$(call say,CC,$@)
	$Q$(I386_CC) $(UFLAGS) -c -o $@ $<
$(UOUT)/%.S.o: %.S Makefile $(UOUT)/flags.list
	$(call say,AS,$@)
	$Q$(I386_CC) $(UFLAGS) -c -o $@ $<
define program_rule
$(UOUT)/$(basename $(notdir $1)).elf: $(UOUT)/$1.o $(ULIB) user/lib/user.ld $(UOUT)/link.list
	$Q$(ULINK) -o $$@ $$(filter %.o,$$^)
endef
$(foreach s,$(PROGSRC),$(eval $(call program_rule,$s)))

# The archive holds each program under its name, without debug information, and three texts: this
# tree's README, the names of those programs that are tests, and of those that are attacks.
$(UOUT)/programs.list: MEMBERS = $(PROGRAM)
$(UOUT).tar: $(PROGRAM:%=$(UOUT)/%.elf) $(UOUT)/programs.list README.md Makefile
	$(call say,TAR,$@)
	$Qrm -rf $(UOUT)/tar && mkdir -p $(UOUT)/tar
	$Qfor p in $(PROGRAM); do $(I386_OBJCOPY) --strip-debug $(UOUT)/$$p.elf $(UOUT)/tar/$$p; done
	$Qcp README.md $(UOUT)/tar/README
	$Qprintf '%s\n' $(TESTS) > $(UOUT)/tar/TESTS
	$Qprintf '%s\n' $(ATTACKS) > $(UOUT)/tar/ATTACKS
	$Q$(TAR) -cf $@~ -C $(UOUT)/tar $(sort $(PROGRAM)) README TESTS ATTACKS && mv $@~ $@

UOBJ    := $(ULIB) $(PROGSRC:%=$(UOUT)/%.o)
UHDR    := $(sort $(wildcard user/include/*.h user/include/*/*.h))
$(UOUT)/%.h.ok: %.h Makefile $(UOUT)/flags.list
	$Q$(I386_CC) $(UFLAGS) $(ALONE) > $@
$(UOUT)/checked: $(UOBJ) $(UHDR:%=$(UOUT)/%.ok) kern/LAYERS user/LAYERS \
		$(addprefix scripts/check/,layercheck headercheck) scripts/house.py
	$Qscripts/check/layercheck user/LAYERS $(filter $(UOUT)/user/lib/%,$(ULIB))
	$Qscripts/check/headercheck kern/LAYERS $(UOBJ)
	$Qtouch $@

# The folders of all these at once, not one by one in each rule.
DEPS    := $(KOBJ:.o=.d) $(UOBJ:.o=.d) $(KHDR:%=$(KOUT)/%.d) $(UHDR:%=$(UOUT)/%.d)
$(if $(BUILDS),$(shell mkdir -p $(sort $(dir $(DEPS)))))
$(call dependencies,$(DEPS))

all:
	$(call alone,kernel-and-programs)
# (The calls that ACCESS adds go up, from any layer to pcpu.)
kernel-and-programs: $(KERNEL) $(if $(ACCESS),,$(KOUT)/checked) $(UOUT).tar $(UOUT)/checked
	@$(if $(filter release,$(VARIANT)),cmp -s $< $(O)/strata.elf || \
		{ cp $< $(O)/strata.elf~ && mv $(O)/strata.elf~ $(O)/strata.elf; },:)

# The objects of one layer in both variants: `make objs LAYER=pmm`.
objs:
	@[ "$(filter $(LAYER),$(LAYERS))" ] || \
		{ echo 'usage: make objs LAYER=name, one of: $(LAYERS)'; exit 2; }
	$(call alone,layer-objs DEBUG=0)
	$(call alone,layer-objs DEBUG=1)
layer-objs: $(filter $(KOUT)/kern/$(LAYER)/%,$(KOBJ) $(KHDR:%=$(KOUT)/%.ok))

# --- the ISO ------------------------------------------------------------------------------
ISO     ?= $(O)/strata.iso
iso: all
	$(call say,ISO,$(ISO))
	$Qscripts/iso $(KERNEL) $(UOUT).tar $(ISO) "$(ISO_APPEND)"

# --- running ------------------------------------------------------------------------------
CPUS    ?= 4
MEM     ?= 128
SHIFT   ?= 5
MINUTES ?= 1
GDB_PORT ?= 1234
GDB_WHERE = $(if $(filter 1234,$(GDB_PORT)),, GDB_PORT=$(GDB_PORT))
SEEDS   ?= 1..200
RUNFLAGS =
RUN     := scripts/run --kernel $(KERNEL) --programs $(UOUT).tar --cpus $(CPUS) --mem $(MEM) \
           $(LIMIT:%=--limit %) $(ICOUNT:%=--icount %) $(SEED:%=--seed %) $(RUNFLAGS)
DEMO    := lockstat demo $(ITEMS:%=items=%) $(BUFFER:%=buffer=%) $(QUIET:1=quiet) $(STAGE:%=stage=%)
# A window only where there is a screen for it.
WINDOW  := $(if $(DISPLAY)$(WAYLAND_DISPLAY),--window,--interactive)

demo:
	@scripts/setup build run
	+@$(if $(PING)$(PONG),$(MAKE) demo-own,\
		if scripts/setup iso; then $(MAKE) demo-iso; else $(MAKE) demo-kernel; fi)
demo-iso:
	+@$(MAKE) iso ISO=$(O)/demo.iso ISO_APPEND="cpus=$(CPUS) $(strip $(OPTIONS) $(DEMO))"
	@$(RUN) --iso $(O)/demo.iso --limit $(or $(LIMIT),$(if $(ITEMS),600,60))
demo-kernel: all
	@echo 'demo: no ISO image can be made here; QEMU loads the kernel itself'
	@$(RUN) --limit $(or $(LIMIT),$(if $(ITEMS),600,60)) --append "$(strip $(OPTIONS) $(DEMO))"

soak: all
	@$(RUN) --limit $$(($(MINUTES) * 60 + 120)) --append "$(OPTIONS) lockstat soak minutes=$(MINUTES)"

qemu: all
	@$(RUN) $(WINDOW) --append "$(APPEND)"
qemu-nox: all
	@$(RUN) --interactive --append "$(APPEND)"
qemu-gdb: all
	@echo 'now run `make gdb$(if $(filter 1,$(DEBUG)), DEBUG=1)$(GDB_WHERE)` in another terminal'
	@$(RUN) --interactive --gdb --gdb-port $(GDB_PORT) --append "$(APPEND)"
gdb:
	@scripts/setup gdb
	@$(or $(GDB),gdb) -q -x scripts/gdb/strata.py $(KERNEL) -ex "target remote :$(GDB_PORT)"

run-scaling: override OPTIONS += lockstat
run-%: all
	@$(RUN) --interactive --limit $(or $(LIMIT),600) --append $(call quote,$(OPTIONS) run=$* $(ARGS))

# Programs outside the tree, compiled like the others but without their strictness; C++ without
# exceptions and what else needs a library.  (To clang, main() is a function like all others unless
# the program is hosted, and gets a name of C++; g++ does not know the option.)
OWNCXX   = $(subst clang,clang++,$(subst gcc,g++,$(I386_CC))) $(filter-out -std=%,$(UBASE)) -Wall \
           -std=gnu++17 -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit \
           $(if $(findstring clang,$(I386_CC)),-fhosted) -fno-builtin \
           -D_Static_assert=static_assert -include user/include/cplusplus.hh
# For a recipe: compiles the C file $1 to $2.o.  Beside programs for xv6 lie its own headers: a copy
# elsewhere finds those of user/include first.
compile_c = if grep -q '^ *\# *include *"types\.h"' "$1" && \
               grep -q '^ *\# *include *"user\.h"' "$1"; then \
              { echo "\# 1 \"$1\""; cat "$1"; } > $2.c && \
              $(I386_CC) $(UBASE) -I"$$(dirname "$1")" -Wall -c -o $2.o $2.c; \
            else \
              $(I386_CC) $(UBASE) -Wall -c -o $2.o "$1"; \
            fi
# ... compiles the file $1 to $(O)/run/$2.elf.
compile  = mkdir -p $(O)/run; \
           case "$1" in \
           *.c) $(call compile_c,$1,$(O)/run/$2) ;; \
           *.cpp | *.cc) command -v $(firstword $(OWNCXX)) > /dev/null || { \
               echo 'make: C++ needs $(firstword $(OWNCXX)), which is not installed'; exit 2; }; \
               $(OWNCXX) -c -o $(O)/run/$2.o "$1" ;; \
           *) echo "make: $1: neither .c nor .cpp"; exit 2 ;; \
           esac && $(ULINK) -o $(O)/run/$2.elf $(O)/run/$2.o $(ULIB) || exit 1
# The same for several; leaves them as modules in $$modules, and the first one's name in $$first.
compile_all = modules= ; first= ; for source in $1; do \
		name=$$(basename "$${source%.c*}" | tr -c 'A-Za-z0-9_\n' _ | cut -c1-63); \
		$(call compile,$$source,$$name); \
		first=$${first:-$$name}; \
		modules="$$modules --module $$name=$(O)/run/$$name.elf"; \
	done
# ... and refuses what is not there, before anything is built.
check_files = for source in $1; do \
		[ -f "$$source" ] || { echo "make: no file $$source"; exit 2; }; \
	done

run:
	@[ "$(PROG)" ] || { echo 'usage: make run PROG="path/to/file.c ..." [ARGS="..."]'; exit 2; }
	@$(call check_files,$(PROG))
	+@$(MAKE) all
	@$(call compile_all,$(PROG)); \
	$(RUN) $$modules --interactive --limit $(or $(LIMIT),600) \
		--append $(call quote,$(OPTIONS))" run=$$first "$(call quote,$(ARGS))

# The demo with a ping and a pong of the user's.
demo-own:
	@[ "$(PING)" -a "$(PONG)" ] || { echo 'make demo: PING= and PONG= go together'; exit 2; }
	@$(call check_files,$(PING) $(PONG))
	+@$(MAKE) all
	@$(call compile,$(PING),ping); $(call compile,$(PONG),pong); \
	$(RUN) --module ping=$(O)/run/ping.elf --module pong=$(O)/run/pong.elf \
		--limit $(or $(LIMIT),60) --append "$(strip $(OPTIONS) $(DEMO)) own"

# A run as it goes; programs are given no input.
WATCH    = $(patsubst scripts/run,scripts/watch,$(RUN)) --limit $(or $(LIMIT),600)
watch: all
	@$(if $(PROG),$(call check_files,$(PROG)); $(call compile_all,$(PROG));) \
	$(WATCH) $(if $(PROG),$$modules) --append $(call quote,$(OPTIONS) $(if $(PROG),,demo quiet \
		items=$(or $(ITEMS),100000)))$(if $(PROG)," run=$$first "$(call quote,$(ARGS)))
watch-%: all
	@$(WATCH) --append $(call quote,$(OPTIONS) run=$* $(ARGS))

# In which functions the instructions of a row of it are executed.
profile:
	@[ "$(ROW)" ] || { echo 'usage: make profile ROW=yield_switch [ARGS="--lines"]'; exit 2; }
	+@$(MAKE) all DEBUG=0
	@scripts/profile $(ARGS) $(ROW)

# How long the release kernel has interrupts off while a program runs.
sections:
	@[ "$(ARGS)" ] || { echo 'usage: make sections ARGS="program and its arguments"'; exit 2; }
	+@$(MAKE) all DEBUG=0
	@scripts/sections --kernel $(O)/release/strata.elf --cpus 1 --limit 600 \
		--append "run="$(call quote,$(ARGS))

# Data races of the kernels as they are.
races:
	+@$(MAKE) all DEBUG=0
	+@$(MAKE) all DEBUG=1
	@scripts/races $(ARGS) $(TEST)

# Memory that two CPUs share while they do unrelated work, in the release kernel.
sharing:
	+@$(MAKE) all DEBUG=0
	@scripts/sharing $(ARGS)

# --- testing ------------------------------------------------------------------------------
# TEST=1 LAYER=thread and test=PREFIX choose what `make test` runs.
ifeq ($(TEST),1)
.DEFAULT_GOAL := test
endif
test:     WHICH := $(or $(test),$(filter-out 1,$(TEST)),$(LAYER:%=%.))
test-project: WHICH := --project
test test-project:
	@scripts/test --list $(WHICH) > /dev/null
	@scripts/setup build run host gdb
	@scripts/setup iso || echo 'test: the ISO image is left out'
	+@$(MAKE) all DEBUG=0
	+@$(MAKE) all DEBUG=1
	@scripts/test $(WHICH)

# Random calls, the explorer on three CPUs, the attacks on every kind of machine: for hours.
check-long:
	+@$(MAKE) -s check-build
	+@$(MAKE) all DEBUG=0
	+@$(MAKE) all DEBUG=1
	@scripts/siege $(HOURS:%=--hours %) $(ARGS)

# kern/lib and its tests on the host, under sanitizers: `make host-test`.
-include misc/host/host.mk

# The kernel under every schedule, on the host: `make check`.
-include misc/check/check.mk

# Parsers under a fuzzer: `make fuzz`.
-include misc/fuzz/fuzz.mk

# Strata in a page: `make web`.
-include web/web.mk

# A picture of a run: `make timeline`.
-include web/timeline/timeline.mk

# What operations cost: `make bench`.
-include web/bench/bench.mk

# The documents as pages, with pictures of the kernel: `make book`.
-include misc/book/book.mk

# How good are the tests?  misc/MUTANTS.md
mutants:
	@scripts/setup build run host
	@scripts/mutants $(ARGS)

# Contracts of functions, for all arguments; then: is each planted error noticed?
prove:
	@scripts/setup proof || echo 'make prove: Frama-C is packaged in Debian 12 and in sid'
	@scripts/prove $(FILE)
	@$(if $(FILE),,scripts/prove --faults)

explore:
	@[ "$(TEST)" ] || { echo 'usage: make explore TEST=name [CPUS=n] [SEEDS=1..200] [POINTS=access]'; exit 2; }
	+@$(MAKE) all DEBUG=1
	@scripts/explore --cpus $(CPUS) --mem $(MEM) --shift $(SHIFT) --seeds $(SEEDS) \
		$(ACCESS:%=--access %) --options "$(OPTIONS)" $(ARGS) $(TEST)

replay:
	@[ "$(TEST)" -a "$(SEED)" ] || \
		{ echo 'usage: make replay TEST=name SEED=n [CPUS=n] [POINTS=a-b,...] [FOUND=...] [GDB=1]'; exit 2; }
	+@$(MAKE) all DEBUG=1
	@$(if $(filter 1,$(GDB)),echo 'now run `make gdb DEBUG=1$(GDB_WHERE)` in another terminal')
	@scripts/replay --cpus $(CPUS) --mem $(MEM) --shift $(SHIFT) --seed $(SEED) $(ACCESS:%=--access %) $(NUMBERS:%=--points %) $(FOUND:%=--found %) \
		$(if $(filter 1,$(GDB)),--gdb-port $(GDB_PORT)) --limit $(or $(LIMIT),600) --options "$(OPTIONS)" $(TEST)

lint:
	@scripts/setup build host lint
	+@for v in CC=gcc "CC=gcc DEBUG=1" CC=clang "CC=clang DEBUG=1" "CC=clang LD=ld.lld" \
		"CC=clang LD=ld.lld DEBUG=1" CROSS=i686-linux-gnu-; do \
		$(MAKE) all WERROR=1 $$v || exit 1; done
	+@$(MAKE) host-build WERROR=1
	@echo 'lint: gcc, clang and the cross compiler: no warnings'

# --- the rest -----------------------------------------------------------------------------
# The tree in minimal systems of several releases; needs root and a mirror.
RELEASES ?= bullseye bookworm trixie sid jammy noble
fresh:
	@[ "$$(id -u)" -ne 0 ] || scripts/setup fresh
	@scripts/fresh $(RELEASES)

setup:
	@scripts/setup build run iso host lint gdb || [ $$? -eq 3 ]
doctor:
	@scripts/doctor
clean:
	@$(if $(filter build,$(O)),rm -rf build,echo 'make clean: remove $(O) yourself'; exit 1)
help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

#: Strata: what can be made.  In a terminal, Ctrl-A X ends QEMU.
#:
#:   make demo           2 producers, 2 consumers, a bounded buffer; from the ISO; PASS or FAIL
#:                         ITEMS=n BUFFER=n QUIET=1; PING=ping.c PONG=pong.c: your own, not the ISO
#:                         STAGE=cooperative|preemptive|kernel-preemptive|all
#:   make test           the kernel, its programs, and how they run here; test=thread.sleep or
#:                         LAYER=thread: only those
#:   make test-project   the project itself: its build with other tools, its checks, scripts and
#:                         pages; what is not installed is skipped
#:   make check-long     for hours: 15 million random system calls, the explorer on three CPUs, the
#:                         attacks of user/attacks, harder, on many machines; HOURS=n: begins nothing
#:                         later, and goes on there the next time; a page: build/siege/index.html;
#:                         ARGS="--sizes 1 threadlimit": scripts/siege --help
#:   make                the kernel build/strata.elf, build/programs.tar, checks of the tree
#:   make iso            build/strata.iso; ISO_APPEND="boot options"
#:   make qemu           boot to a shell; qemu-nox: in the terminal; APPEND="boot options"
#:   make run-NAME       boot, run a program, end with its exit status; ARGS="..."
#:   make run PROG=path/file.c     the same with your own source file, C or C++; ARGS="..."
#:                         PROG="a.c b.c": the first runs, and can start the others
#:   make web            a page with Strata in it, for any web server: build/web; with your own
#:                         source file: PROG=path/file.c ARGS="..."
#:   make serve          show it at an address of this computer; PORT=n
#:   make watch          a run as it goes, in the terminal: the demo, or watch-NAME ARGS="...",
#:                         PROG=path/file.c
#:   make timeline       a picture of a run, in the browser: build/timeline.html; the demo, or
#:                         timeline-NAME ARGS="...", PROG=path/file.c, TEST=name, APPEND="boot
#:                         options"; RECORD=file: of a run that was recorded, "a b": of two
#:                         (misc/TRACE.md)
#:   make book           all documents, pictures of the kernel, the sources with links, for the browser:
#:                         build/book/index.html
#:   make screenshots    the pictures of README.md anew
#:   make soak MINUTES=n           endless ping and pong on every CPU
#:   make bench          every benchmark, beside what it was and beside other kernels: a table, and a
#:                         page with pictures, build/bench.html; ARGS="fork_exit_wait --runs 5"
#:   make profile ROW=yield_switch  where the instructions of a row of it are executed;
#:                         ARGS="--inlined" or "--lines"
#:   make sections       how long interrupts are off while a program runs: ARGS="crowdorders 4"
#:   make races          data races of the kernel as it is, in all its tests, some programs and the demo:
#:                         both places of each; TEST=thread.: of these tests; ARGS="--help"
#:   make sharing        lines of memory that two CPUs share while they do unrelated work, in all pairs
#:                         of operations; ARGS="fork message": in this one
#:   make check          the kernel on the host under all schedules of a bounded kind, a scenario at a
#:                         time; SCENARIO=name SCHEDULE=...: plays one again; FILE=mine.c: your own
#:                         code; ARGS="--help"
#:   make check-faults   does it find the faults that are planted?  FAULT="name ..."
#:   make story          as make check (or gym, with BUG=number), and a page of each run that fails:
#:                         the story below the picture of the run, build/story/
#:   make gym            exercises, each with a fault that is to be found: BUG=number HINT=number
#:   make mutants        changes lines of the sources, one at a time, and tells which changes no test
#:                         notices; ARGS="--each 5", ARGS="kern/ipc/buffer.c": scripts/mutants --help
#:   make prove          what functions promise in their contracts, for all arguments, by Frama-C;
#:                         FILE=kern/pmm/account.h: of one file
#:   make fuzz           parsers of what others have made, with inputs that libFuzzer makes up;
#:                         PARSER="elf ustar" SECONDS=60
#:   make coverage       which lines and branches of the kernel are run, by the explorer's scenarios and
#:                         by all tests: a table and pages, in half an hour; ARGS="--host": without
#:                         QEMU; SECONDS=n: for each scenario
#:   make explore TEST=name        a test under many seeds; SEEDS=1..200 SHIFT=5
#:                         tells the story of the first one that fails; ARGS="--help"
#:                         POINTS=access: schedule points at each access of test code to memory, too;
#:                         POINTS=access:thread: also of that layer
#:   make replay TEST=name SEED=n  the very same run again, or it says that it is not; GDB=1: waits
#:                         for gdb; POINTS=..., FOUND=...: as make explore has said it
#:   make qemu-gdb       boot and wait for gdb; make gdb: gdb with Strata's commands; both:
#:                         GDB_PORT=1234
#:   make lint           gcc, clang (ld, lld) and the cross compiler, without warnings
#:   make reading        after a change of kern/LAYERS: the order of files in misc/READING.md
#:   make doctor         is every tool there?  make setup: install what is missing
#:   make fresh          as root: make demo in minimal Debian and Ubuntu; RELEASES="bookworm sid"
#:   make objs LAYER=pmm compile one layer; make clean: remove build/
#:
#: For all:              CC=clang LD=ld.lld CROSS=i686-linux-gnu- QEMU=qemu-system-x86_64
#:                         other compilers and tools
#:                         O=folder: make everything there, the sources stay as they are
#:                         WERROR=1: warnings are errors   V=1: show the commands
#: For all that build the kernel:  DEBUG=1: with lock checks, schedule points and tests
#: For all that boot:    CPUS=4 MEM=128
#: demo, soak, qemu*, run*, timeline*, watch*:  LIMIT=seconds: the longest run; ICOUNT=n: deterministic, an
#:                         instruction takes 2^n ns; SEED=n: move the schedule (with DEBUG=1);
#:                         RUNFLAGS="...": for scripts/run (scripts/run --help)
#: demo, soak, run*, explore, replay:  OPTIONS="lock=big": more boot options

.PHONY: FORCE mutants prove all kernel-and-programs reading objs layer-objs iso demo demo-iso demo-kernel demo-own soak qemu qemu-nox qemu-gdb gdb run watch profile sections races sharing test test-project check-long explore \
        replay lint fresh setup doctor clean help
