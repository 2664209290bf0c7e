# `make timeline`: a picture of a run (misc/TRACE.md).  The tools of `make web` make the page, once;
# scripts/timeline puts the record of a run into it.
TIMELINE := $(O)/timeline
TIMELINE_SOURCES := $(filter-out %.mk,$(wildcard web/timeline/*))
RECORD   ?=
TIMELINE_RUN = $(strip $(OPTIONS) $(or $(APPEND),$(if $(PROG),run=$$first $(ARGS)),$(TEST:%=test=%),\
               demo items=$(or $(ITEMS),200) quiet $(BUFFER:%=buffer=%) $(STAGE:%=stage=%)))

timeline:
	@$(call check_files,$(PROG) $(RECORD))
	@scripts/setup build run web
	+@$(if $(RECORD),,$(MAKE) timeline-record $(if $(TEST),DEBUG=1))
	+@$(MAKE) -s $(TIMELINE)/page.html
	@scripts/timeline --out $(TIMELINE).html \
		$(foreach record,$(or $(RECORD),$(TIMELINE).trace),$(call quote,$(record)))
	@echo 'open $(TIMELINE).html in a browser'
timeline-%: all
	+@$(MAKE) timeline APPEND=$(call quote,run=$* $(ARGS))

# A run that ends badly has a picture, too.
timeline-record: all
	@rm -f $(TIMELINE).trace; $(if $(PROG),$(call compile_all,$(PROG));) \
	$(RUN) $$modules --trace $(TIMELINE).trace --limit $(or $(LIMIT),60) \
		--append "$(TIMELINE_RUN)" || echo "timeline: the run ended with exit status $$?"

$(TIMELINE)/page.html: $(TIMELINE_SOURCES) $(ONE_PAGE)
	$(call one_page,timeline)

# The pictures of README, from runs of now.
SCREENSHOTS := misc/screenshots
screenshots: all
	@scripts/setup web browser
	+@$(MAKE) -s $(TIMELINE)/page.html $(WEB_TOOLS)/installed-all
	@scripts/run --kernel $(KERNEL) --programs $(UOUT).tar --icount 3 --append 'demo items=100 quiet' \
		--trace $(TIMELINE)/shown.trace > $(TIMELINE)/shown.log
	@scripts/timeline --out $(TIMELINE)/shown.html --title 'Strata: make demo' $(TIMELINE)/shown.trace
	@script -qec "stty cols 100 rows 18; scripts/watch --kernel $(KERNEL) --programs $(UOUT).tar --limit 300 \
		--append 'demo quiet items=20000'" $(TIMELINE)/shown.typescript > $(TIMELINE)/shown.log
	@mkdir -p $(SCREENSHOTS) && cp web/chromium.mjs $(WEB_TOOLS)
	@node $(WEB_TOOLS)/timeline/screenshots.mjs $(TIMELINE)/shown.html $(TIMELINE)/shown.typescript $(SCREENSHOTS)
	@ls -s $(SCREENSHOTS)

# As web-test: what is not installed is not tested, and that is said.
timeline-test:
	+@if ! missing=$$(scripts/doctor --missing web); then \
		echo "1..0 # SKIP not installed: $$missing"; \
	elif ! missing=$$(scripts/doctor --missing browser); then \
		echo "# SKIP in a browser, not installed: $$missing"; node web/timeline/test.mjs; \
	elif ! $(MAKE) $(WEB_TOOLS)/installed-all >&2; then \
		echo '# SKIP in a browser: npm gets no packages here'; node web/timeline/test.mjs; \
	else \
		$(MAKE) timeline-trial; \
	fi
timeline-trial: $(TIMELINE)/page.html
	@scripts/run --kernel $(KERNEL) --icount 3 --append 'demo items=100 quiet' \
		--trace $(TIMELINE)/trial.trace > $(TIMELINE)/trial.log
	@scripts/timeline --out $(TIMELINE)/trial.html $(TIMELINE)/trial.trace >&2
	@scripts/run --kernel $(KERNEL) --icount 3 --append 'demo items=50 quiet lock=big' \
		--trace $(TIMELINE)/second.trace > $(TIMELINE)/second.log
	@scripts/timeline --out $(TIMELINE)/pair.html $(TIMELINE)/trial.trace $(TIMELINE)/second.trace >&2
	@cp web/tap.mjs web/chromium.mjs $(WEB_TOOLS)
	@node $(WEB_TOOLS)/timeline/test.mjs $(addprefix $(TIMELINE)/,page.html trial.html pair.html)

.PHONY: screenshots timeline timeline-record timeline-test timeline-trial
