# SPDX-License-Identifier: BSD-2-Clause
# A thin layer over Meson; README.md says what each target is for.
BUILD ?= build
PREFIX ?= /usr
DESTDIR ?=
export DESTDIR

.PHONY: all
all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

$(BUILD)/build.ninja: | packages
	meson setup $(BUILD) --prefix=$(PREFIX)

.PHONY: packages
packages:
	tools/install-packages
