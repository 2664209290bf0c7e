# `make check`: the explorer.  The kernel's own files, unchanged, and the scenarios become a 64-bit
# program of this machine with simulated CPUs.

CHECK      := misc/check
CHECK_OUT  := $(O)/check
CHECK_CC    = $$(cut -d' ' -f1 $(HOST_BUILD)/compiler)
CHECK_FLAGS := -std=gnu11 -O1 -g -fno-pic -fno-pie -fno-stack-protector -fno-omit-frame-pointer \
	-DDEBUG -DNUM_CPUS=4 -DLAYER_NAMES='""' -I$(CHECK) -Ikern -Wall -Wextra -Wno-format \
	-Wmissing-prototypes -Wstrict-prototypes -Wvla $(if $(filter 1,$(WERROR)),-Werror)

# Of the kernel all but what is a machine or talks to one, tests, and what nobody needs here.
CHECK_KERNEL := $(addprefix kern/,lib/assert.c lib/list.c) \
	$(addprefix kern/pcpu/,lock_edges.c pool.c sections.c spinlock.c trace.c) \
	$(filter-out %_test.c %/kernel_map.c %/vmm.c,$(foreach l,\
		pmm vmm thread ipc,$(wildcard kern/$l/*.c))) kern/thread/join_test.c kern/trap/irq.c

# What the compiler tells of each access (compiler.c); and the files' own sections, so that the
# machine finds its variables, and knows code under test.
CHECK_WATCH  := -ffreestanding -fsanitize=thread -Wno-tsan
CHECK_RENAME := $(foreach f,memset memcpy memmove strlcpy,--redefine-sym $f=watched_$f)
CHECK_OWN_SECTIONS := --set-section-flags .bss=alloc,load,data,contents
CHECK_DATA   := --rename-section .data=kernel_data \
	--rename-section .bss=kernel_data,alloc,load,data,contents
CHECK_TEXT   := --rename-section .text=code_under_test

CHECK_SCENARIOS := $(sort $(wildcard $(CHECK)/scenarios/*.c))
CHECK_HOST   := $(filter-out %/kernel.c,$(wildcard $(CHECK)/*.c))
CHECK_OBJECTS := $(patsubst %.c,$(CHECK_OUT)/%.o,$(CHECK_KERNEL) $(CHECK_SCENARIOS) \
	$(CHECK)/kernel.c $(CHECK_HOST))

# $1: more flags; $2: of objcopy, in a second step, as one cannot give a section two attributes.
define check_compile
	$(call say,CHECK,$@)
	$Qmkdir -p $(@D)
	$Q$(CHECK_CC) $(CHECK_FLAGS) -DLAYER_NAME='"$(call layer,$<)"' \
		-DLAYER_RANK=$(or $(RANK_$(call layer,$<)),20) $1 -MMD -MP -c $< -o $@
	$(if $2,$Qobjcopy $(CHECK_OWN_SECTIONS) $(CHECK_RENAME) $@ && objcopy $2 $@)
endef

$(CHECK_OUT)/kern/%.o: kern/%.c $(CHECK)/check.mk $(HOST_BUILD)/compiler
	$(call check_compile,$(CHECK_WATCH),$(CHECK_DATA))
$(CHECK_OUT)/$(CHECK)/kernel.o: $(CHECK)/kernel.c $(CHECK)/check.mk $(HOST_BUILD)/compiler
	$(call check_compile,$(CHECK_WATCH),$(CHECK_DATA))
$(CHECK_OUT)/$(CHECK)/scenarios/%.o: $(CHECK)/scenarios/%.c $(CHECK)/check.mk $(HOST_BUILD)/compiler
	$(call check_compile,$(CHECK_WATCH),$(CHECK_DATA) $(CHECK_TEXT))
$(CHECK_OUT)/$(CHECK)/%.o: $(CHECK)/%.c $(CHECK)/check.mk $(HOST_BUILD)/compiler
	$(call check_compile,-O2)

$(CHECK_OUT)/explore: $(CHECK_OBJECTS) $(CHECK)/switch_$(shell uname -m).S
	$(call say,LINK,$@)
	$Q$(CHECK_CC) -no-pie -g -o $@ $^

.PHONY: check check-build
check-build: $(CHECK_OUT)/explore
check:
	$(call alone,check-build)
	@$(CHECK_OUT)/explore $(SCHEDULE:%=--schedule %) $(ARGS) $(SCENARIO)

$(call dependencies,$(CHECK_OBJECTS:.o=.d))
