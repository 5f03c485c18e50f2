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
# VARIANT: release, debug, asan, cov, fuzz, analyse; each in a folder of its own.
VARIANT   ?= release
BUILD     ?= build
OUT       := $(BUILD)/$(VARIANT)

# What the project needs of the system, by its Debian and Fedora names: to
# build and run it, and what only its tests use.  `make deps` installs them.
DEB_RUN   := gcc libc6-dev make pkg-config libseccomp-dev \
	     libcurl4-openssl-dev libcjson-dev libxml2-dev libpcre2-dev \
	     libidn2-dev libunistring-dev libarchive-dev nettle-dev \
	     zlib1g-dev libbrotli-dev python3 python3-venv ca-certificates
DEB_TEST  := check clang curl bubblewrap binutils libxml2-utils \
	     mandoc shellcheck cppcheck valgrind tmux zsh fish chromium \
	     fonts-dejavu-core node-tap-parser
DEB_FUZZ  := clang libclang-rt-14-dev
DEB_LOOK  := clang-tidy clang libclang-rt-14-dev llvm
DEB_VM    := qemu-system-x86 busybox-static cpio
RPM_RUN   := gcc make pkgconf-pkg-config libseccomp-devel libcurl-devel \
	     cjson-devel libxml2-devel pcre2-devel libarchive-devel \
	     libidn2-devel libunistring-devel zlib-devel brotli-devel \
	     nettle-devel gmp-devel python3 python3-pip ca-certificates
RPM_TEST  := check-devel clang compiler-rt curl bubblewrap libxml2 mandoc \
	     ShellCheck cppcheck valgrind perl-Test-Harness tmux zsh \
	     fish chromium

PKGS_BOX  := libseccomp
PKGS      := libcurl libcjson libseccomp libxml-2.0 libpcre2-8 libidn2 libarchive \
	     nettle hogweed zlib libbrotlidec
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
# Only such a build leaves a layer out when a test asks for it.
OPT := -O0 -g3 -DSANDBOX_ABLATION
else ifeq ($(VARIANT),asan)
OPT := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
       -fno-omit-frame-pointer
else ifeq ($(VARIANT),cov)
# clang's counters lie in a file that is mapped and shared, so that those of
# a process count which ends by a signal, by _exit(), or with no file in sight.
CC := clang
OPT := -O0 -g -fcoverage-mapping -mllvm -runtime-counter-relocation \
       -fprofile-instr-generate=$(CURDIR)/$(OUT)/%m%c.profraw
else ifeq ($(VARIANT),fuzz)
OPT := -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
       -fno-sanitize-recover=all
else ifeq ($(VARIANT),analyse)
# -O1, at which it looks into functions of the same file and not for ages.
OPT := -O1 -fanalyzer -DANALYSED -Wno-unused-value
else
$(error VARIANT must be release, debug, asan, cov, fuzz or analyse)
endif
# Where overflow wraps by order, UBSan does not look for it.
ifneq ($(filter asan fuzz,$(VARIANT)),)
HARDEN := $(filter-out -fno-strict-overflow,$(HARDEN))
endif
ifdef WERROR
WARN += -Werror
endif

# A line a step says what is made; V=1 shows the commands, -s nothing.
ifeq ($(findstring s,$(filter-out -%,$(firstword $(MAKEFLAGS)))),s)
SAY_CC = @
SAY_LINK = @
SAY_TIDY = @
else ifneq ($(V),1)
SAY_CC = @echo '  CC    $(@:$(OUT)/obj/%=%)';
SAY_LINK = @echo '  LINK  $@';
SAY_TIDY = @echo '  TIDY  $*.c';
endif

ALL_CFLAGS := -std=gnu17 -D_GNU_SOURCE -I. $(OPT) $(HARDEN) $(WARN) -fPIC \
	-ffile-prefix-map=$(CURDIR)=. -DFUMEHOOD_VERSION='"$(VERSION)"' \
	$(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null) $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS := $(OPT) $(LINK_HARDEN) $(LDFLAGS)
# libunistring has no pkg-config file.
LIBS      = $(shell $(PKG_CONFIG) --libs $(PKGS)) -lunistring -lm
LIBS_BOX  = $(shell $(PKG_CONFIG) --libs $(PKGS_BOX))
LIBS_TEST = $(shell $(PKG_CONFIG) --libs $(PKGS_TEST))

# A main() and what only one program needs are named; the rest are libraries.
SRC_SANDBOX := $(filter-out sandbox/box_main.c sandbox/policy_main.c,$(sort \
	$(wildcard sandbox/*.c)))
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
	$(SAY_CC) $(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Who looks where the program was installed is compiled again when that changes:
# `make` and then `make install PREFIX=...` is what people type.
PLACES := -DFUMEHOOD_DATADIR='"$(DATADIR)"' \
	-DFUMEHOOD_LIBEXECDIR='"$(LIBEXECDIR)"'
KNOWS_PLACES := $(call obj,runner/base/file.c sandbox/sandbox.c \
	sandbox/forkserver.c)
$(KNOWS_PLACES): ALL_CFLAGS += $(PLACES)
$(KNOWS_PLACES): $(OUT)/places
.PHONY: FORCE
$(OUT)/places: FORCE
	@mkdir -p $(@D)
	@echo '$(DATADIR) $(LIBEXECDIR)' | cmp -s - $@ || \
		echo '$(DATADIR) $(LIBEXECDIR)' >$@

# The policies are compiled once, here: libseccomp takes 5 ms for one, and so
# fumehood-box is not linked with it.
POLICY_OBJ := $(OUT)/obj/sandbox/default_policy.o
$(OUT)/policyc: $(call obj,sandbox/policy_main.c sandbox/seccomp.c \
		sandbox/policy.c)
	$(SAY_LINK) $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS_BOX)
POLICIES := sandbox/policy/default.policy sandbox/policy/bare.policy
$(OUT)/default_policy.c: $(OUT)/policyc $(POLICIES)
	@$(OUT)/policyc $(POLICIES) $@
$(POLICY_OBJ): $(OUT)/default_policy.c
	@mkdir -p $(@D)
	$(SAY_CC) $(CC) $(ALL_CFLAGS) -c -o $@ $<

# The 2,231 named references of HTML are data, sorted by name.
ENTITIES_OBJ := $(OUT)/obj/runner/expect/entities.o
$(OUT)/entities.c: runner/expect/entities.txt Makefile
	@mkdir -p $(@D)
	@awk 'BEGIN { print "#include \"runner/expect/entities.h\"\n\n" \
		"const struct entity entities[] = {" } \
		!/^#/ { printf "\t{\"%s\", {0x%s, 0x%s}},\n", $$1, $$2, \
			$$3 ? $$3 : 0; n++ } \
		END { printf "};\nconst size_t n_entities = %d;\n", n }' $< >$@
$(ENTITIES_OBJ): $(OUT)/entities.c runner/expect/entities.h
	@mkdir -p $(@D)
	$(SAY_CC) $(CC) $(ALL_CFLAGS) -c -o $@ $<

$(OUT)/libsandbox.a: $(call obj,$(SRC_SANDBOX)) $(POLICY_OBJ)
	@rm -f $@ && $(AR) rcsD $@ $^
$(OUT)/librunner.a: $(call obj,$(SRC_RUNNER)) $(ENTITIES_OBJ)
	@rm -f $@ && $(AR) rcsD $@ $^
$(OUT)/libgraders.a: $(call obj,$(SRC_GRADERS))
	@rm -f $@ && $(AR) rcsD $@ $^

# graders and the runner name each other through grader_table.
LIBRARIES := $(OUT)/librunner.a $(OUT)/libgraders.a $(OUT)/libsandbox.a

$(OUT)/fumehood: $(call obj,runner/main.c) $(LIBRARIES)
	$(SAY_LINK) $(CC) $(ALL_LDFLAGS) -o $@ $< -Wl,--start-group \
		$(LIBRARIES) \
		-Wl,--end-group $(LIBS)
# Linked whole where the C library can be: nothing to resolve at each start.
STATIC_PIE = $(if $(filter release debug,$(VARIANT)),$(shell echo \
	'int main(void){return 0;}' | $(CC) -x c -static-pie -o /dev/null - \
	2>/dev/null && echo -static-pie))
$(OUT)/fumehood-box: $(call obj,sandbox/box_main.c) $(OUT)/libsandbox.a
	$(SAY_LINK) $(CC) $(ALL_LDFLAGS) $(STATIC_PIE) -o $@ $^
$(OUT)/libfumehood-join.so: $(call obj,sandbox/join.c) $(OUT)/libsandbox.a
	$(SAY_LINK) $(CC) $(filter-out -pie,$(ALL_LDFLAGS)) -shared -o $@ $^
$(OUT)/unit: $(call obj,$(SRC_UNIT)) $(LIBRARIES) | $(OUT)/fumehood-box
	$(SAY_LINK) $(CC) $(ALL_LDFLAGS) -o $@ $(call obj,$(SRC_UNIT)) \
		-Wl,--start-group \
		$(LIBRARIES) -Wl,--end-group $(LIBS) $(LIBS_TEST)

# --- set-up -------------------------------------------------------------------

.PHONY: deps deps-test deps-fuzz deps-look deps-vm env
## deps          install the Debian packages that are missing (root or sudo)
deps: WANTED = $(DEB_RUN)
deps-test: WANTED = $(DEB_RUN) $(DEB_TEST)
deps-fuzz: WANTED = $(DEB_RUN) $(DEB_FUZZ)
deps-look: WANTED = $(DEB_RUN) $(DEB_TEST) $(DEB_LOOK)
deps-vm: WANTED = $(DEB_RUN) $(DEB_VM)
deps deps-test deps-fuzz deps-look deps-vm:
	@$(INSTALL_PACKAGES)

# Nothing is installed unless all of it can be; a machine without apt-get that
# has the libraries anyway is as good as any.
define INSTALL_PACKAGES
set -eu; \
if ! command -v apt-get >/dev/null; then \
	! $(PKG_CONFIG) --exists $(PKGS) 2>/dev/null || exit 0; \
	echo "This system has no apt-get. Install these and run make again:"; \
	echo "  Debian, Ubuntu: $(DEB_RUN)"; \
	echo "  Fedora: $(RPM_RUN)"; \
	echo "and for the tests:"; \
	echo "  Debian, Ubuntu: $(DEB_TEST)"; \
	echo "  Fedora: $(RPM_TEST)"; \
	exit 1; \
fi >&2; \
have=" $$(dpkg-query -W -f '$${db:Status-Status}:$${Package} ' $(WANTED) \
	2>/dev/null || :)"; \
missing=; \
for package in $(WANTED); do \
	case $$have in \
	*" installed:$$package "*) ;; \
	*) missing="$$missing $$package" ;; \
	esac; \
done; \
[ -n "$$missing" ] || exit 0; \
as_root=; \
if [ "$$(id -u)" -ne 0 ]; then as_root=sudo; fi; \
if [ -n "$$as_root" ] && ! command -v sudo >/dev/null; then \
	echo "These packages are missing; as root:" >&2; \
	echo "  apt-get install$$missing" >&2; \
	exit 1; \
fi; \
echo "installing$$missing"; \
install="apt-get install -qq -y --no-install-recommends$$missing"; \
export DEBIAN_FRONTEND=noninteractive; \
$$as_root $$install >/dev/null 2>&1 || \
	{ $$as_root apt-get update -qq && $$as_root $$install >/dev/null; }
endef

## env           make the Python environment of the exercises in build/env
env: $(BUILD)/env/.stamp
$(BUILD)/env/.stamp: exercises/requirements.txt runner/session/env.sh
	@runner/session/env.sh exercises/requirements.txt $(BUILD)/env

# Set-up changes what is there (pkg-config, the environment): make again after
# it, on all processors unless the user said how many.
AGAIN := $(MAKE) --no-print-directory \
	$(if $(findstring j,$(firstword $(MAKEFLAGS))),,-j$(shell nproc))

# --- using it -----------------------------------------------------------------

.PHONY: demo demo-run test unit unit-test lint analyse bench fuzz coverage
.PHONY: test-hostile test-vm calibrate screenshot
FUMEHOOD := $(OUT)/fumehood
DEMO_FLAWED ?= exercises/catalogue/flawed/memory-store

## demo          set up, then grade a right and a flawed answer
demo: deps
	@$(AGAIN) all env
	@$(MAKE) --no-print-directory demo-run
demo-run:
	$(FUMEHOOD) grade catalogue exercises/catalogue/model
	@echo
	$(FUMEHOOD) grade catalogue $(DEMO_FLAWED) || [ $$? -eq 1 ]

## test          set up, then run every test
test: deps-test
	@$(AGAIN) all env unit
	@tests/run

## unit-test     the unit tests alone; VARIANT=asan for the sanitizers
unit: $(OUT)/unit
unit-test: unit
	@UNIT=$(OUT)/unit tests/unit/run

## lint          the house style, and what static analysers say
lint:
	@tests/lint/run --tools

## analyse       what gcc's analyser, clang-tidy and cppcheck find: nothing
analyse: deps-look
	@tests/lint/run --tools
	@$(AGAIN) -k VARIANT=analyse CC=gcc WERROR=1 analyse-run
.PHONY: analyse-run
ANALYSED := $(SRC_SANDBOX) $(SRC_RUNNER) $(SRC_GRADERS) sandbox/box_main.c \
	sandbox/policy_main.c runner/main.c
analyse-run: $(ANALYSED:%.c=$(OUT)/tidy/%)
# Once for each file that has changed, or what it includes has: so says the
# object, which -fanalyzer has looked at by then.
$(OUT)/tidy/%: $(OUT)/obj/%.o .clang-tidy
	@mkdir -p $(@D)
	$(SAY_TIDY) clang-tidy --quiet $*.c -- -std=gnu17 \
		$(filter -D% -I%,$(ALL_CFLAGS)) $(PLACES) 2>$@.log || \
		{ cat $@.log >&2; exit 1; }
	@touch $@

## bench         speed, each figure beside a peer in the same run
bench: all env
	@tests/bench/measure

## screenshot    take the picture of the HTML report in the README again
screenshot: all env
	@tests/bench/screenshot

## test-hostile  what a hostile submission may try, all of it
test-hostile: all env
	@tests/sandbox/run --hostile
	@tests/sandbox/run --bare
	@tests/ablation/run --both

## test-vm       the box on Debian's own kernel and cgroup v2, emulated
test-vm: deps-vm
	@$(AGAIN) all env
	@tests/vm/run --all

## calibrate     grade every exercise's own answers, CALIBRATE_SEEDS (20) times
CALIBRATE_SEEDS ?= 20
calibrate: all env
	@for dir in $(patsubst %/exercise.json,%,$(wildcard \
		exercises/*/exercise.json)); do \
		$(FUMEHOOD) calibrate --seeds $(CALIBRATE_SEEDS) "$$dir" || \
			exit 1; \
	done
	@SIDE_BY_SIDE_RUNS=50 tests/e2e/run -k side_by_side

## coverage      lines that tests reach: here the box's, build/cov/html has all
# What tests of the box need of a runner, and the box alone; as root, because
# an ordinary user cannot write the counters.
COV := $(BUILD)/cov
COV_TESTS ?= box or doctor or warm or reduced
coverage: deps-look
	@$(AGAIN) VARIANT=cov all env unit
	@rm -rf $(COV)/*.profraw $(COV)/html
	@UNIT=$(COV)/unit tests/unit/run
	@BOX=$(COV)/fumehood-box tests/sandbox/run --user root --no-submissions
	@BOX=$(COV)/fumehood-box tests/sandbox/run --bare --user root \
		--no-submissions
	@FUMEHOOD=$(CURDIR)/$(COV)/fumehood tests/e2e/run -k "$(COV_TESTS)"
	@$(MAKE) --no-print-directory coverage-report
.PHONY: coverage-report
COV_SHOWN := $(COV)/unit -object $(COV)/fumehood-box -object $(COV)/fumehood \
	-object $(COV)/libfumehood-join.so -instr-profile $(COV)/all.profdata \
	-ignore-filename-regex='(^|/)tests/'
coverage-report:
	@llvm-profdata merge -o $(COV)/all.profdata $(COV)/*.profraw
	@llvm-cov show -format=html -output-dir=$(COV)/html $(COV_SHOWN) \
		2>/dev/null
	@llvm-cov report $(COV_SHOWN) 2>/dev/null | awk '/^sandbox/ { \
		printf "%-28s %5d lines, %4d missed\n", $$1, $$8, $$9; \
		lines += $$8; missed += $$9 } END { printf "%-28s %5d lines, " \
		"%4d missed, %.1f %% reached\n", "sandbox/", lines, missed, \
		100 - 100 * missed / lines }'

## fuzz          each parser for FUZZ_SECONDS (10), with clang's libFuzzer
FUZZ_SECONDS ?= 10
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
fuzz: deps-fuzz
	@$(AGAIN) VARIANT=fuzz CC=clang fuzz-run
.PHONY: fuzz-run
fuzz-run: $(FUZZ_TARGETS:%=$(OUT)/fuzz-%)
	@for target in $(FUZZ_TARGETS); do \
		mkdir -p $(OUT)/corpus/$$target tests/fuzz/seeds/$$target; \
		$(OUT)/fuzz-$$target -max_total_time=$(FUZZ_SECONDS) \
			-verbosity=0 -print_final_stats=0 -max_len=65536 \
			-artifact_prefix=$(OUT)/ $(OUT)/corpus/$$target \
			tests/fuzz/seeds/$$target || exit 1; \
	done
$(OUT)/fuzz-%: $(OUT)/obj/tests/fuzz/%.o $(LIBRARIES)
	$(SAY_LINK) $(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $< \
		-Wl,--start-group \
		$(LIBRARIES) -Wl,--end-group $(LIBS)

# --- installing ---------------------------------------------------------------

.PHONY: install uninstall clean help
# Files of the tree that the installed program reads, at the same relative
# places below DATADIR.
DATA_FILES = $(shell find exercises sandbox/policy -type f \
	! -name '*.pyc' ! -path '*/.*' 2>/dev/null) \
	$(wildcard sandbox/*.py runner/session/*.py runner/session/*.sh \
	runner/report/*.json)

# shell:file below PREFIX/share
COMPLETIONS := bash:bash-completion/completions/fumehood \
	zsh:zsh/site-functions/_fumehood \
	fish:fish/vendor_completions.d/fumehood.fish

# The list of verbs comes from the program itself.
$(OUT)/fumehood.1: runner/man/fumehood.1 $(OUT)/fumehood
	@$(OUT)/fumehood completion mdoc >$@.verbs
	@sed -e '/^@VERBS@$$/{' -e 'r $@.verbs' -e 'd' -e '}' $< >$@

## install       to DESTDIR, PREFIX (/usr/local)
install: all env $(OUT)/fumehood.1
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR) \
		$(DESTDIR)$(DATADIR)
	$(INSTALL) $(OUT)/fumehood $(DESTDIR)$(BINDIR)
	$(INSTALL) $(OUT)/fumehood-box $(DESTDIR)$(LIBEXECDIR)
	$(INSTALL) -m 644 $(OUT)/libfumehood-join.so $(DESTDIR)$(LIBEXECDIR)
	@for file in $(DATA_FILES); do \
		$(INSTALL) -D -m 644 "$$file" \
			"$(DESTDIR)$(DATADIR)/$$file" || exit 1; \
	done
	$(INSTALL) -m 644 runner/report/*.schema.json $(DESTDIR)$(DATADIR)
	cp -RP $(BUILD)/env $(DESTDIR)$(DATADIR)/
	$(INSTALL) -d $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man5
	$(INSTALL) -m 644 $(OUT)/fumehood.1 $(DESTDIR)$(MANDIR)/man1
	$(INSTALL) -m 644 runner/man/*.5 $(DESTDIR)$(MANDIR)/man5
	@for place in $(COMPLETIONS); do \
		mkdir -p "$(DESTDIR)$(PREFIX)/share/$$(dirname \
			"$${place#*:}")" && \
		$(OUT)/fumehood completion "$${place%%:*}" \
			>"$(DESTDIR)$(PREFIX)/share/$${place#*:}" || exit 1; \
	done
	runner/session/env.sh --place $(DESTDIR)$(DATADIR)/env $(DATADIR)/env

## uninstall     remove what install put there
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/fumehood
	rm -rf $(DESTDIR)$(LIBEXECDIR) $(DESTDIR)$(DATADIR)
	rm -f $(DESTDIR)$(MANDIR)/man1/fumehood.1 \
		$(DESTDIR)$(MANDIR)/man5/fumehood-exercise.5 \
		$(DESTDIR)$(MANDIR)/man5/fumehood-probe.5
	@for place in $(COMPLETIONS); do \
		rm -f "$(DESTDIR)$(PREFIX)/share/$${place#*:}"; \
	done

## clean         remove what was built
clean:
	rm -rf $(BUILD)

## help          this list
help:
	@echo "make          build the program, nothing else"
	@sed -n 's/^## /make /p' Makefile | sort
	@echo "Variables: CC CFLAGS VARIANT=release|debug|asan|cov|fuzz|analyse"
	@echo "  V=1 (show the commands) WERROR=1 BUILD"
	@echo "  PREFIX BINDIR LIBEXECDIR DATADIR MANDIR DESTDIR"

-include $(shell find $(OUT)/obj -name '*.d' 2>/dev/null)
