# `make host-test`: kern/lib and its tests, compiled unchanged for the host as it is, mostly with 64
# bits, and run under the address and undefined-behaviour sanitizers where the
# compiler has them.  PREFIX=lib.elf picks.

HOST_BUILD := $(O)/host
HOST_TEST := $(HOST_BUILD)/lib-test
HOST_FLAGS := -std=gnu11 -O1 -g -Ikern -DDEBUG -fno-omit-frame-pointer -Wall -Wextra \
	$(if $(filter 1,$(WERROR)),-Werror) -Wmissing-prototypes -Wstrict-prototypes -Wvla \
	-DSEED_ARCHIVE='"$(HOST_BUILD)/seed.tar"' $(COVERED)

# Files that define what the host's library has too: under other names (rename.h says why).
HOST_RENAMED := string string_test printf printf_field printf_double printf_test
HOST_OBJECTS := $(patsubst kern/lib/%.c,$(HOST_BUILD)/lib/%.o,$(wildcard kern/lib/*.c)) \
	$(patsubst misc/host/%.c,$(HOST_BUILD)/%.o,$(wildcard misc/host/*.c))

$(HOST_RENAMED:%=$(HOST_BUILD)/lib/%.o): \
	HOST_EXTRA := -ffreestanding -include misc/host/rename.h

# The compiler, found anew each time as what it can do may depend on other packages.  Several may
# look at once, each into its own file.
$(HOST_BUILD)/compiler: FORCE
	$Qmkdir -p $(@D)
	$Qscripts/toolchain --host > $@.$$$$ && \
		if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv $@.$$$$ $@; fi

$(HOST_BUILD)/lib/%.o: kern/lib/%.c misc/host/host.mk misc/host/rename.h $(HOST_BUILD)/compiler
	$(call say,HOST,$@)
	$Qmkdir -p $(@D)
	$Q$$(cat $(HOST_BUILD)/compiler) $(HOST_FLAGS) $(HOST_EXTRA) -MMD -MP -c $< -o $@

$(HOST_BUILD)/%.o: misc/host/%.c misc/host/host.mk $(HOST_BUILD)/compiler
	$(call say,HOST,$@)
	$Qmkdir -p $(@D)
	$Q$$(cat $(HOST_BUILD)/compiler) $(HOST_FLAGS) -MMD -MP -c $< -o $@

$(HOST_TEST): $(HOST_OBJECTS)
	$Q$$(cat $(HOST_BUILD)/compiler) $(COVERED) $^ -lm -o $@~ && mv $@~ $@

$(HOST_BUILD)/seed.tar: $(wildcard kern/lib/*.h)
	$Qmkdir -p $(@D)
	$Qtar --format=ustar -cf $@ -C kern/lib $(sort $(notdir $^))

# The kernel above the machine (pcpu, dev) compiles for a host, too, and for another number of CPUs:
# no kernel pointer is a uint32_t there.  Of what it calls, trap/idt.c and double_fault.c know x86.
HOST_KERNEL := $(filter-out %_test.c %/idt.c %/double_fault.c,$(foreach l,\
	$(filter-out abi lib pcpu dev,$(LAYERS)),$(wildcard kern/$l/*.c)))
$(HOST_BUILD)/kernel.ok: $(HOST_KERNEL) $(wildcard kern/*/*.h) misc/host/host.mk \
		$(HOST_BUILD)/compiler
	$(call say,HOST,$@)
	$Q$$(cut -d' ' -f1 $(HOST_BUILD)/compiler) -std=gnu11 -ffreestanding -fsyntax-only -Ikern \
		-DDEBUG -DNUM_CPUS=2 -DLAYER_NAME='"host"' -DLAYER_NAMES='""' -DLAYER_RANK=1 \
		-DSTRATA_VERSION='""' -Wall -Wextra -Wno-format $(if $(filter 1,$(WERROR)),-Werror) \
		$(HOST_KERNEL)
	$Qtouch $@

# Preloaded into QEMU, so that seeds repeat.  The compiler's first word: without its sanitizers.
# Several may make it at once, each its own file.
$(O)/lockstep.so: scripts/lockstep.c $(HOST_BUILD)/compiler
	$(call say,HOST,$@)
	$Q$$(cut -d' ' -f1 $(HOST_BUILD)/compiler) -std=gnu11 -O2 -Wall -Wextra -shared -fPIC \
		-o $@.$$$$ $< -ldl && mv $@.$$$$ $@

.PHONY: host-test host-build
host-build: $(HOST_TEST) $(HOST_BUILD)/seed.tar $(HOST_BUILD)/kernel.ok
host-test:
	$(call alone,host-build)
	@timeout 120 $(HOST_TEST) $(PREFIX)

$(call dependencies,$(HOST_OBJECTS:.o=.d))
