# `make web`: Strata in a page (README.md).  PROG=file.c ARGS="...": with a program of your own,
# which the page runs.  Nothing is written where the sources are: npm's packages, those of
# package-lock.json, lie in WEB_TOOLS, together with copies of the programs that use them.
WEB       := $(O)/web
WEB_TOOLS := $(O)/web-tools
WEB_TRIAL := $(O)/web-trial
PORT      ?=

web:
	@[ -z "$(PROG)" ] || [ -f "$(PROG)" ] || { echo 'make web: no file $(PROG)'; exit 2; }
	@scripts/setup build web
	+@$(MAKE) all $(WEB_TOOLS)/installed
	+@$(MAKE) web-page
	@echo 'Strata is in $(WEB), for any server of static files; make serve shows it here'

# As `make run`, and the program goes to the end of a copy of the archive: the last one counts.
WEB_OWN = $(shell basename "$(PROG)" .c | tr -c 'A-Za-z0-9_\n' _ | cut -c1-63)
define web_own
	$Q$(call compile_c,$(PROG),$(WEB)-own)
	$Q$(ULINK) -o $(WEB)-own.elf $(WEB)-own.o $(ULIB)
	$Qmkdir -p $(WEB)-own && $(I386_OBJCOPY) --strip-debug $(WEB)-own.elf $(WEB)-own/$(WEB_OWN)
	$Q$(TAR) -rf $(WEB).tar -C $(WEB)-own $(WEB_OWN)
endef

web-page:
	$(call say,WEB,$(WEB))
	$Qcp $(shell find web -maxdepth 1 -type f) $(WEB_TOOLS)
	$Qmkdir -p $(dir $(WEB)) && $(I386_OBJCOPY) --strip-debug $(KERNEL) $(WEB).elf
	$Qcp $(UOUT).tar $(WEB).tar
	$(if $(PROG),$(web_own))
	$Qnode $(WEB_TOOLS)/build.mjs --out $(WEB) --kernel $(WEB).elf --programs $(WEB).tar \
		$(if $(PROG),--own $(WEB_OWN) --own-source "$(PROG)" \
			--run $(call quote,$(strip $(WEB_OWN) $(ARGS))))
	$Qrm -rf $(WEB).elf $(WEB).tar $(WEB)-own $(WEB)-own.*

# --omit=dev: without what only the tests need.  Two makes may want it at once: the second one waits,
# and finds that it is done.
define npm_install
	$(call say,NPM,$(WEB_TOOLS))
	$Qmkdir -p $(WEB_TOOLS)
	$Qflock $(WEB_TOOLS).lock sh -c '[ $@ -nt web/package.json ] && [ $@ -nt web/package-lock.json ] || { \
		cp web/package.json web/package-lock.json $(WEB_TOOLS) && cd $(WEB_TOOLS) && rm -f installed* && \
		npm ci --ignore-scripts --no-audit --no-fund $1 > npm.log 2>&1; }' || \
		{ tail -15 $(WEB_TOOLS)/npm.log; \
		echo 'web: npm could not install what web/package-lock.json names'; exit 1; }
endef
$(WEB_TOOLS)/installed: web/package.json web/package-lock.json
	$(call npm_install,--omit=dev)
	$Qtouch $@
$(WEB_TOOLS)/installed-all: web/package.json web/package-lock.json
	$(call npm_install)
	$Qtouch $@ $(WEB_TOOLS)/installed

# $1, a folder here, as one page without data, which needs nothing else (one_page.mjs).
ONE_PAGE := web/one_page.mjs web/colours.css $(WEB_TOOLS)/installed
define one_page
	$(call say,PAGE,$@)
	$Qrm -rf $(WEB_TOOLS)/$1 && cp -r web/$1 web/one_page.mjs web/colours.css $(WEB_TOOLS) && mkdir -p $(@D)
	$Qnode $(WEB_TOOLS)/one_page.mjs $(WEB_TOOLS)/$1 $@
endef

serve:
	@[ -f $(WEB)/index.html ] || $(MAKE) web
	@web/serve $(WEB) $(PORT)

# What is not installed is not tested, and that is said.
web-test:
	+@if ! missing=$$(scripts/doctor --missing web); then \
		echo "1..0 # SKIP not installed: $$missing"; \
	elif ! $(MAKE) $(WEB_TOOLS)/installed-all >&2; then \
		echo '1..0 # SKIP npm gets no packages here'; \
	else \
		$(MAKE) web-trial; \
	fi
web-trial:
	+@$(MAKE) web WEB=$(WEB_TRIAL)
	+@$(MAKE) web WEB=$(WEB_TRIAL)-own PROG=web/test_own.c ARGS='one two'
	@if missing=$$(scripts/doctor --missing browser); then own=$(WEB_TRIAL)-own; \
	else echo "# SKIP in a browser, not installed: $$missing"; fi; \
	node $(WEB_TOOLS)/test.mjs $(WEB_TRIAL) $$own $(PICTURES)

.PHONY: web web-page serve web-test web-trial
