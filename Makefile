# fumehood: build, test, install.  `make help` lists the targets.
VERSION   := 0.1.0
PREFIX    ?= /usr/local
BINDIR    ?= $(PREFIX)/bin
LIBEXECDIR ?= $(PREFIX)/libexec/fumehood
DATADIR   ?= $(PREFIX)/share/fumehood
MANDIR    ?= $(PREFIX)/share/man
DESTDIR   ?=
PKG_CONFIG ?= pkg-config
INSTALL   ?= install
AR        ?= ar
# VARIANT: release, debug, asan, cov, fuzz; each builds in a folder of its own.
VARIANT   ?= release
BUILD     ?= build
OUT       := $(BUILD)/$(VARIANT)

PKGS_BOX  := libseccomp
PKGS      := libcurl libcjson libseccomp libxml-2.0 libpcre2-8 libarchive \
	     nettle hogweed
PKGS_TEST := check

WARN := -Wall -Wextra -Wformat=2 -Wshadow -Wundef -Wvla -Walloca \
	-Wpointer-arith -Wcast-qual -Wwrite-strings -Wstrict-prototypes \
	-Wmissing-prototypes -Wold-style-definition -Wimplicit-fallthrough \
	-Wswitch-enum -Wnull-dereference -Wconversion -Wno-sign-conversion \
	-Wdate-time -Werror=format-security -Werror=implicit \
	-Werror=incompatible-pointer-types -Werror=int-conversion
HARDEN := -fstack-protector-strong -fstack-clash-protection \
	-fno-strict-overflow -fno-delete-null-pointer-checks
ifeq ($(shell uname -m),x86_64)
HARDEN += -fcf-protection=full
endif
LINK_HARDEN := -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed

ifeq ($(VARIANT),release)
OPT := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
else ifeq ($(VARIANT),debug)
OPT := -O0 -g3
else ifeq ($(VARIANT),asan)
OPT := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
       -fno-omit-frame-pointer
else ifeq ($(VARIANT),cov)
OPT := -O0 -g --coverage -fprofile-update=atomic
else ifeq ($(VARIANT),fuzz)
OPT := -O1 -g -fsanitize=fuzzer-no-link,address,undefined
else
$(error VARIANT must be release, debug, asan, cov or fuzz)
endif
ifdef WERROR
WARN += -Werror
endif

ALL_CFLAGS := -std=gnu17 -D_GNU_SOURCE -I. $(OPT) $(HARDEN) $(WARN) -fPIC \
	-ffile-prefix-map=$(CURDIR)=. -DFUMEHOOD_VERSION='"$(VERSION)"' \
	-DFUMEHOOD_DATADIR='"$(DATADIR)"' \
	-DFUMEHOOD_LIBEXECDIR='"$(LIBEXECDIR)"' \
	$(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null) $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS := $(OPT) $(LINK_HARDEN) $(LDFLAGS)
LIBS      = $(shell $(PKG_CONFIG) --libs $(PKGS))
LIBS_BOX  = $(shell $(PKG_CONFIG) --libs $(PKGS_BOX))
LIBS_TEST = $(shell $(PKG_CONFIG) --libs $(PKGS_TEST))

# A main() and what only one program needs are named; the rest are libraries.
SRC_SANDBOX := $(filter-out sandbox/box_main.c,$(sort $(wildcard sandbox/*.c)))
SRC_RUNNER  := $(filter-out runner/main.c,$(sort $(wildcard runner/*.c \
	runner/*/*.c)))
SRC_GRADERS := $(sort $(wildcard graders/*.c))
SRC_UNIT    := $(sort $(wildcard tests/unit/*.c))
obj = $(patsubst %.c,$(OUT)/obj/%.o,$(1))

PROGRAMS := $(OUT)/fumehood $(OUT)/fumehood-box $(OUT)/libfumehood-join.so

.DEFAULT_GOAL := all
.PHONY: all
all: $(PROGRAMS)

$(OUT)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(OUT)/libsandbox.a: $(call obj,$(SRC_SANDBOX))
	@rm -f $@ && $(AR) rcsD $@ $^
$(OUT)/librunner.a: $(call obj,$(SRC_RUNNER))
	@rm -f $@ && $(AR) rcsD $@ $^
$(OUT)/libgraders.a: $(call obj,$(SRC_GRADERS))
	@rm -f $@ && $(AR) rcsD $@ $^

# graders and the runner name each other through grader_table.
LIBRARIES := $(OUT)/librunner.a $(OUT)/libgraders.a $(OUT)/libsandbox.a

$(OUT)/fumehood: $(call obj,runner/main.c) $(LIBRARIES)
	$(CC) $(ALL_LDFLAGS) -o $@ $< -Wl,--start-group $(LIBRARIES) \
		-Wl,--end-group $(LIBS)
$(OUT)/fumehood-box: $(call obj,sandbox/box_main.c) $(OUT)/libsandbox.a
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_BOX)
$(OUT)/libfumehood-join.so: $(call obj,sandbox/join.c) $(OUT)/libsandbox.a
	$(CC) $(filter-out -pie,$(ALL_LDFLAGS)) -shared -o $@ $^ $(LIBS_BOX)
$(OUT)/unit: $(call obj,$(SRC_UNIT)) $(LIBRARIES)
	$(CC) $(ALL_LDFLAGS) -o $@ $(call obj,$(SRC_UNIT)) -Wl,--start-group \
		$(LIBRARIES) -Wl,--end-group $(LIBS) $(LIBS_TEST)

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
