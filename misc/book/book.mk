# `make book`: the documents, pictures of the kernel and the sources as pages for a browser, made by
# Sphinx: build/book/index.html.
BOOK       := $(O)/book
BOOK_PAGES := $(O)/book-pages
BOOK_TEXTS := $(sort $(wildcard README.md CONTRIBUTING.md CHANGES.md scripts/README.md misc/*.md \
              misc/*/README.md misc/lessons/*.md misc/screenshots/*.png))
# What takes many kinds of locks.
BOOK_RUN   := edges test=proc.

book:
	@scripts/setup build run book
	+@$(MAKE) all DEBUG=0
	+@$(MAKE) all DEBUG=1
	+@$(MAKE) book-pages DEBUG=1
	@echo 'open $(BOOK)/index.html in a browser'
book-pages:
	$(call say,BOOK,$(BOOK))
	$Qscripts/run --kernel $(KERNEL) --cpus $(CPUS) --limit 600 \
		--append "$(BOOK_RUN)" > $(O)/book-run.log
	$Qrm -rf $(BOOK_PAGES) $(BOOK) && mkdir -p $(BOOK_PAGES)
	$Qcp misc/book/*.md $(BOOK_PAGES) && cp --parents $(BOOK_TEXTS) $(BOOK_PAGES)
	$QPYTHONDONTWRITEBYTECODE=1 sphinx-build -q -E -W --keep-going -j auto -c misc/book \
		-d $(O)/book-trees $(BOOK_PAGES) $(BOOK)

# What is not installed is not tested, and that is said.
book-test:
	+@if ! missing=$$(scripts/doctor --missing book); then \
		echo "1..0 # SKIP not installed: $$missing"; exit; \
	fi; \
	$(MAKE) -s book >&2 || exit; \
	if ! missing=$$(scripts/doctor --missing web browser); then \
		echo "# SKIP in a browser, not installed: $$missing"; \
	elif ! $(MAKE) $(WEB_TOOLS)/installed-all >&2; then \
		echo '# SKIP in a browser: npm gets no packages here'; \
	else \
		cp misc/book/test-browser.mjs web/tap.mjs web/chromium.mjs $(WEB_TOOLS); \
		in_browser=$(WEB_TOOLS)/test-browser.mjs; \
	fi; \
	PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 misc/book/test.py $(BOOK) $$in_browser

.PHONY: book book-pages book-test
