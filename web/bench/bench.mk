# `make bench`: rows beside what they were and beside other kernels', in the terminal and as a page.
# In guest instructions, of the release kernel.
BENCH := $(O)/bench
BENCH_SOURCES := $(filter-out %.mk,$(wildcard web/bench/*))

bench:
	+@$(MAKE) all DEBUG=0
	+@if ! missing=$$(scripts/doctor --missing web); then \
		echo "bench: no page is made, not installed: $$missing"; rm -f $(BENCH)/page.html; \
	else \
		$(MAKE) -s $(BENCH)/page.html || echo 'bench: no page is made: npm gets no packages here'; \
	fi
	@scripts/bench --page $(BENCH)/page.html --out $(BENCH).html $(ARGS)

$(BENCH)/page.html: $(BENCH_SOURCES) $(ONE_PAGE)
	$(call one_page,bench)

.PHONY: bench
