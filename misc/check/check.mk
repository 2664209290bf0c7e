# `make check`: the explorer.  The kernel's own files, unchanged, and the scenarios become a 64-bit
# program of this machine with simulated CPUs.

CHECK      := misc/check
CHECK_SWITCH := $(CHECK)/switch_$(shell uname -m).S
CHECK_OUT  := $(O)/check
CHECK_CC    = $$(cut -d' ' -f1 $(HOST_BUILD)/compiler)
CHECK_FLAGS := -std=gnu11 -O1 -g -fno-pic -fno-pie -fno-stack-protector -fno-omit-frame-pointer \
	-DDEBUG -DNUM_CPUS=4 -DLAYER_NAMES='""' -I$(CHECK) -Ikern -Wall -Wextra -Wno-format \
	-Wmissing-prototypes -Wstrict-prototypes -Wvla $(if $(filter 1,$(WERROR)),-Werror)

# Of the kernel all but what is a machine or talks to one, tests, and what nobody needs here.
CHECK_KERNEL := $(addprefix kern/,lib/assert.c lib/elf.c lib/elf_symbol.c lib/list.c lib/ustar.c) \
	$(addprefix kern/pcpu/,lock_edges.c lockstat.c pool.c spinlock.c trace.c) \
	$(filter-out %_test.c %/kernel_map.c %/vmm.c,$(foreach l,\
		pmm vmm thread ipc proc,$(wildcard kern/$l/*.c))) kern/thread/join_test.c kern/trap/disturb.c kern/trap/irq.c

# What the compiler tells of each access (compiler.c); and the files' own sections, so that the
# machine finds its variables, and knows code under test.
CHECK_WATCH  := -ffreestanding -fsanitize=thread -Wno-tsan -Wno-unknown-warning-option
CHECK_RENAME := $(foreach f,memset memcpy memmove strlcpy,--redefine-sym $f=watched_$f)
CHECK_OWN_SECTIONS := --set-section-flags .bss=alloc,load,data,contents
CHECK_DATA   := --rename-section .data=kernel_data \
	--rename-section .bss=kernel_data,alloc,load,data,contents
CHECK_TEXT   := --rename-section .text=code_under_test

# User-level code under test: the system calls that it needs are in $(CHECK)/user.
CHECK_USER   := user/lib/channel.c user/lib/sync.c $(CHECK)/user/thread_self.c
CHECK_USER_FLAGS := -I$(CHECK)/user -Iuser/include -Iuser/lib
CHECK_USER_NAMES := -include $(CHECK)/user/names.h
CHECK_SCENARIOS := $(sort $(wildcard $(CHECK)/scenarios/*.c))
CHECK_HOST   := $(filter-out %/kernel.c,$(wildcard $(CHECK)/*.c))
CHECK_OBJECTS := $(patsubst %.c,$(CHECK_OUT)/%.o,$(CHECK_KERNEL) $(CHECK_USER) $(CHECK_SCENARIOS) \
	$(CHECK)/kernel.c $(CHECK_HOST))

# $1: more flags; $2: of objcopy, in a second step, as one cannot give a section two attributes.
define check_compile
	$(call say,CHECK,$@)
	$Qmkdir -p $(@D)
	$Q$(CHECK_CC) $(CHECK_FLAGS) -DLAYER_NAME='"$(call layer,$<)"' \
		-DLAYER_RANK=$(or $(RANK_$(call layer,$<)),20) $1 -MMD -MP -c $< -o $@
	$(if $2,$Qobjcopy $(CHECK_OWN_SECTIONS) $(CHECK_RENAME) $@ && objcopy $2 $@)
endef

# What is recorded goes into the story of a failure (story.c), and not into a ring.
$(CHECK_OUT)/kern/pcpu/trace.o: CHECK_FLAGS += -Dtrace_write=trace_write_to_ring
$(CHECK_OUT)/kern/%.o: kern/%.c $(CHECK)/check.mk $(HOST_BUILD)/compiler
	$(call check_compile,$(CHECK_WATCH) $(COVERED),$(CHECK_DATA))
$(CHECK_OUT)/$(CHECK)/kernel.o: $(CHECK)/kernel.c $(CHECK)/check.mk $(HOST_BUILD)/compiler
	$(call check_compile,$(CHECK_WATCH),$(CHECK_DATA))
$(CHECK_OUT)/user/%.o: user/%.c $(CHECK)/check.mk $(HOST_BUILD)/compiler
	$(call check_compile,$(CHECK_WATCH) $(CHECK_USER_FLAGS) $(CHECK_USER_NAMES),$(CHECK_DATA) $(CHECK_TEXT))
$(CHECK_OUT)/$(CHECK)/user/%.o: $(CHECK)/user/%.c $(CHECK)/check.mk $(HOST_BUILD)/compiler
	$(call check_compile,$(CHECK_WATCH) $(CHECK_USER_FLAGS),$(CHECK_DATA) $(CHECK_TEXT))
$(CHECK_OUT)/$(CHECK)/scenarios/%.o: $(CHECK)/scenarios/%.c $(CHECK)/check.mk $(HOST_BUILD)/compiler
	$(call check_compile,$(CHECK_WATCH) $(CHECK_USER_FLAGS),$(CHECK_DATA) $(CHECK_TEXT))
$(CHECK_OUT)/$(CHECK)/%.o: $(CHECK)/%.c $(CHECK)/check.mk $(HOST_BUILD)/compiler
	$(call check_compile,-O2)

$(CHECK_OUT)/explore: $(CHECK_OBJECTS) $(CHECK_SWITCH)
	$(call say,LINK,$@)
	$Q$(CHECK_CC) $(COVERED) -no-pie -g -o $@ $^

# The explorer with a fault planted, for each fault: all objects but one are the same.  If a header
# is changed, one of those that include it is another.
CHECK_FAULTS := $(basename $(notdir $(wildcard $(CHECK)/faults/*.fault)))
# $1: the fault; $2: what it changes; $3: the source that is compiled anew, the same or another.
define fault_rules
$(CHECK_OUT)/faults/$1/$2: $(CHECK)/faults/$1.fault $2 scripts/plant scripts/planted.py
	$$Qscripts/plant $$< $(CHECK_OUT)/faults/$1
$(CHECK_OUT)/faults/$1/changed.o: $(if $(filter $2,$3),,$3) $(CHECK_OUT)/faults/$1/$2 $(CHECK)/check.mk \
		$(HOST_BUILD)/compiler
	$$(call check_compile,-iquote $(CHECK_OUT)/faults/$1/kern $(CHECK_WATCH) $(if $(filter kern/%,$2),,$(CHECK_USER_FLAGS)) $(if $(filter user/%,$2),$(CHECK_USER_NAMES)) -w,$(CHECK_DATA) $(if $(filter kern/%,$2),,$(CHECK_TEXT)))
$(CHECK_OUT)/faults/$1/explore: $(filter-out $(CHECK_OUT)/$(3:.c=.o),$(CHECK_OBJECTS)) \
		$(CHECK_OUT)/faults/$1/changed.o $(CHECK_SWITCH)
	$$Q$$(CHECK_CC) -no-pie -g -o $$@ $$^
endef
fault_name = $(basename $(notdir $(firstword $(subst :, ,$1))))
fault_files = $(wordlist 2,3,$(subst :, ,$1))
$(foreach fault,$(shell grep -o '^--- .*' $(CHECK)/faults/*.fault | sed 's/--- //; s/ in /:/'),\
	$(eval $(call fault_rules,$(call fault_name,$(fault)),$(firstword $(call fault_files,$(fault))),$(lastword $(call fault_files,$(fault))))))

# Which lines and branches do the scenarios, the host's tests, and the tests in QEMU run?  clang counts.
COVERED_MAKE = $(MAKE) -s O=$(O)/coverage COVERED="-fprofile-instr-generate -fcoverage-mapping"
coverage:
	@scripts/setup fuzz coverage build run
	+@$(COVERED_MAKE) check-build host-build HOST_CC=clang
	+@$(COVERED_MAKE) all DEBUG=1 CC=clang
	+@$(MAKE) -s O=$(O)/coverage all DEBUG=0 CC=clang      # for an attack; it has no counters
	@scripts/coverage $(SECONDS:%=--seconds %) $(ARGS)

.PHONY: coverage story check check-build check-faults check-faults-build gym gym-build
check-build: $(CHECK_OUT)/explore
check-faults-build: $(patsubst %,$(CHECK_OUT)/faults/%/explore,$(or $(FAULT),$(CHECK_FAULTS)))
check-faults:
	@for fault in $(FAULT); do [ -f "$(CHECK)/faults/$$fault.fault" ] || \
		{ echo "make: no fault $$fault, but: $(CHECK_FAULTS)"; exit 2; }; done
	$(call alone,check-faults-build)
	@scripts/faults $(FAULT)
# Exercises: a fault that is to be found (misc/gym).  What is built of it would tell its name.
gym:
	@[ "$(BUG)" ] || [ -z "$(HINT)" ] || { echo 'usage: make gym BUG=number HINT=number'; exit 2; }
	@scripts/gym --fault $(BUG) > /dev/null
	$(if $(HINT),,$(call alone,check-build))
	@$(if $(HINT),:,$(MAKE) -s gym-build FAULT="$$(scripts/gym --fault $(BUG))" > /dev/null)
	@scripts/gym $(BUG) $(or $(HINT),$(if $(BUG),$(ARGS)))
gym-build:
	$(call alone,check-faults-build)
check:
	@[ -z "$(FILE)" ] || [ -f "$(FILE)" ] || { echo 'make: no file $(FILE)'; exit 2; }
	$(call alone,$(if $(FILE),check-own,check-build))
	@$(CHECK_OUT)/$(if $(FILE),own/)explore $(SCHEDULE:%=--schedule %) $(ARGS) $(SCENARIO)

# As `make check`, or `make gym` where BUG= is said; and a page of each run that fails.
story:
	@scripts/setup host web
	+@$(MAKE) -s $(TIMELINE)/page.html
	@rm -rf $(O)/story && mkdir -p $(O)/story
	+@$(MAKE) $(if $(BUG),gym,check) ARGS="$(ARGS) --record $(O)/story" | tee $(O)/story/said
	@for record in $(O)/story/*.trace; do \
		[ -e "$$record" ] || { echo 'story: no run has failed, so there is none'; exit 0; }; \
		name=$${record##*/}; page=$${record%.trace}.html; \
		scripts/timeline --story $(O)/story/said --title "The story of $${name%.trace}" --out "$$page" \
			"$$record" && echo "open $$page in a browser" || exit 1; \
	done

# A user's own scenarios, in the place of the tree's.
.PHONY: check-own
check-own: $(CHECK_OUT)/own/explore
$(CHECK_OUT)/own/scenario.o: $(FILE) $(HOST_BUILD)/compiler FORCE
	$(call check_compile,$(CHECK_WATCH) $(CHECK_USER_FLAGS),$(CHECK_DATA) $(CHECK_TEXT))
$(CHECK_OUT)/own/explore: $(CHECK_OUT)/own/scenario.o $(filter-out \
		$(CHECK_OUT)/$(CHECK)/scenarios/%,$(CHECK_OBJECTS)) $(CHECK_SWITCH)
	$Q$(CHECK_CC) -no-pie -g -o $@ $^

$(call dependencies,$(CHECK_OBJECTS:.o=.d))
