# SPDX-License-Identifier: BSD-2-Clause
# A thin layer over Meson. `make help` lists the targets.
BUILD ?= build
PREFIX ?= /usr
DESTDIR ?=
PYTHON := /usr/bin/python3

.PHONY: all
all: $(BUILD)/build.ninja ## build everything
	@ninja -C $(BUILD)

# Meson regenerates by itself when a meson.build changes; packages are looked at
# each time, since a pull may need one more.
$(BUILD)/build.ninja: packages
	@test -f $@ || meson setup $(BUILD) --prefix=$(PREFIX)

.PHONY: packages
packages: ## install the Debian packages of tools/packages that are absent
	@tools/install-packages

.PHONY: check
check: all ## all tests and checks (as root)
	@$(PYTHON) tools/run-tests --build $(BUILD)

# The number of files for either test; a failure prints the seed that repeats it
# (IFCFG_ORACLE_SEED=...).
COUNT ?= 20000

.PHONY: oracle
oracle: all ## read COUNT=20000 random files as bash does, and as NetworkManager does
	@IFCFG_ORACLE_COUNT=$(COUNT) $(BUILD)/tests/unit/test_ifcfg_oracle
	@IFCFG_ORACLE_COUNT=$(COUNT) $(BUILD)/tests/unit/test_ifcfg_nm_generated

.PHONY: demo
demo: all ## two namespaces, the port channel of the sample files, a cut link (as root)
	@$(PYTHON) lab/demo.py --build $(BUILD)

.PHONY: lab lab-down
lab: all ## the demo's network, left up to try things in
	@$(PYTHON) lab/lab.py up --build $(BUILD)

lab-down: ## remove that network
	@$(PYTHON) lab/lab.py down --build $(BUILD)

.PHONY: bench
bench: all ## measure; a table and build/bench/report.json (as root)
	@$(PYTHON) bench/bench.py --build $(BUILD)

.PHONY: install uninstall
# A PREFIX that is asked for holds for a build folder made with another one, too.
ifneq ($(origin PREFIX),file)
SET_PREFIX = meson configure $(BUILD) -Dprefix=$(PREFIX) && ninja -C $(BUILD) >/dev/null
endif

install: all ## install under PREFIX (default /usr), below DESTDIR if given
	@$(SET_PREFIX)
	@DESTDIR="$(DESTDIR)" meson install -C $(BUILD) --no-rebuild --quiet
	@DESTDIR="$(DESTDIR)" tools/install-notes $(BUILD)

uninstall: ## remove what install put there
	@$(SET_PREFIX)
	@DESTDIR="$(DESTDIR)" tools/uninstall $(BUILD)

.PHONY: format
format: packages ## lay out the C files as .clang-format says
	@git ls-files -co --exclude-standard '*.c' '*.h' | xargs clang-format -i

.PHONY: clean
clean: ## remove the build folder
	@rm -rf $(BUILD)

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\)[a-z -]*:.*## /\1\t/p' Makefile | expand -t 14
