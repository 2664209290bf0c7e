# `make fuzz`: parsers of bytes that others have made, the kernel's own files, under libFuzzer and the
# sanitizers.  PARSER="name ..." chooses, SECONDS=n is how long each is fuzzed.

FUZZ       := misc/fuzz
FUZZ_OUT   := $(O)/fuzz
FUZZ_CC    := clang -std=gnu11 -O1 -g -I$(FUZZ) -Ikern -Wall -Wextra -Wmissing-prototypes \
	$(if $(filter 1,$(WERROR)),-Werror) -fsanitize=fuzzer,address,undefined \
	-fno-sanitize-recover=undefined
FUZZ_TABLES := kern/dev/machine.c kern/dev/machine_tables.c
# What each parser consists of.
FUZZED_acpi       := $(FUZZ_TABLES) $(wildcard kern/dev/acpi*.c) kern/lib/aml.c
FUZZED_aml        := kern/lib/aml.c
FUZZED_elf        := kern/lib/elf.c
FUZZED_elf_symbol := kern/lib/elf_symbol.c
FUZZED_memmap     := kern/pmm/memmap.c
FUZZED_mptable    := $(FUZZ_TABLES) kern/dev/mptable.c
FUZZED_multiboot2 := kern/lib/multiboot2.c
FUZZED_options    := kern/lib/options.c
FUZZED_ustar      := kern/lib/ustar.c
FUZZED     := $(filter-out fuzz,$(basename $(notdir $(wildcard $(FUZZ)/*.c))))
FUZZ_SHARED := $(FUZZ)/fuzz.c kern/lib/assert.c

# $1: the parser; $2: what is compiled instead of its source with the planted error.
fuzz_sources = $(FUZZ)/$1.c $(FUZZ_SHARED) $(filter-out %_test.c $2,$(FUZZED_$1))
define fuzz_rules
$(FUZZ_OUT)/$1/fuzz: $(call fuzz_sources,$1) $(wildcard kern/*/*.h) $(wildcard $(FUZZ)/*.h) $(FUZZ)/fuzz.mk
	$$(call say,FUZZ,$$@)
	$$Qmkdir -p $$(@D)
	$$Q$(FUZZ_CC) -o $$@ $$(filter %.c,$$^)
$(FUZZ_OUT)/faults/$1/fuzz: $(FUZZ)/faults/$1.fault $(call fuzz_sources,$1) scripts/plant \
		scripts/planted.py $(wildcard kern/*/*.h) $(wildcard $(FUZZ)/*.h) $(FUZZ)/fuzz.mk
	$$(call say,FUZZ,$$@)
	$$Qscripts/plant $$< $$(@D)
	$$Q$(FUZZ_CC) -w -o $$@ $(call fuzz_sources,$1,$2) $$(@D)/$2
endef
fuzz_changed = $(shell sed -n 's/^--- //p' $(FUZZ)/faults/$1.fault)
$(foreach p,$(FUZZED),$(eval $(call fuzz_rules,$p,$(call fuzz_changed,$p))))

.PHONY: fuzz fuzz-build fuzz-faults-build
fuzz-build: $(patsubst %,$(FUZZ_OUT)/%/fuzz,$(or $(PARSER),$(FUZZED)))
fuzz-faults-build: $(patsubst %,$(FUZZ_OUT)/faults/%/fuzz,$(or $(PARSER),$(FUZZED)))
fuzz:
	@scripts/setup fuzz
	+@scripts/fuzz $(SECONDS:%=--seconds %) $(PARSER)
