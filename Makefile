# SPDX-License-Identifier: Apache-2.0
# lookoutd. `make run` and `make check` install what is missing, build and go; `make help` lists the rest.
.SUFFIXES:
.DELETE_ON_ERROR:
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
# V=1 shows whole commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-4s %s\n' $(1) $(2))

VERSION    := 0.1.0
BUILD      ?= build
CC         ?= gcc
ifeq ($(origin CC),default)
CC         := gcc
endif
prefix     ?= /usr/local
sysconfdir ?= /etc
unitdir    ?= /usr/lib/systemd/system
ifndef JOBS
JOBS       := $(shell nproc 2>/dev/null || echo 2)
endif

CORE_PACKAGES  := geos proj jansson libcrypto
SHELL_PACKAGES := cairo libssl libuv libcurl sqlite3 libfyaml libmicrohttpd libsystemd zlib libzstd

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion \
  -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wwrite-strings -Wvla -Wundef \
  -Wswitch-enum -Wnull-dereference $(WERROR)
OPTIMISE ?= -O2 -D_FORTIFY_SOURCE=2
HARDEN   := -fstack-protector-strong -fPIE
LDHARDEN := -pie -Wl,-z,relro,-z,now
# What is shipped and what is measured (the daemon, the benchmarks) is optimised across the files of the core when it is linked,
# 10 s of a core; the tests and tools link the ordinary code that the same objects have. gcc alone, and no sanitizer or coverage.
LTO      ?= $(if $(findstring gcc,$(CC)),$(if $(SANITIZE),,-flto=$(JOBS)))
LTO_CC    = $(if $(LTO),-flto -ffat-lto-objects)
NO_LTO    = $(if $(LTO),-fno-lto)
DATADIR  := $(prefix)/share/lookoutd

PKG_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(CORE_PACKAGES) $(SHELL_PACKAGES) 2>/dev/null))
PKG_LIBS   := $(shell pkg-config --libs $(CORE_PACKAGES) $(SHELL_PACKAGES) 2>/dev/null)
CMOCKA_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags cmocka 2>/dev/null))
CMOCKA_LIBS   := $(or $(shell pkg-config --libs cmocka 2>/dev/null),-lcmocka)
CPPFLAGS_ALL = -Iinclude $(PKG_CFLAGS) -D_XOPEN_SOURCE=700 -DGEOS_USE_ONLY_R_API \
  -DLOOKOUT_VERSION='"$(VERSION)"' -DLOOKOUT_DATADIR='"$(DATADIR)"' \
  -DLOOKOUT_SYSCONFDIR='"$(sysconfdir)"' $(CPPFLAGS)
CFLAGS_ALL   = -std=c11 -g $(OPTIMISE) $(HARDEN) $(WARNINGS) $(SANITIZE) $(CFLAGS)
LDFLAGS_ALL  = $(LDHARDEN) $(SANITIZE) $(LDFLAGS)
LIBS_ALL     = $(PKG_LIBS) -lwslay -lm -lpthread

GEO_SRC   := $(wildcard geo/*.c)
MAIN      := daemon/shell/cmd/main.c
CORE_SRC  := $(wildcard daemon/core/*/*.c)
SHELL_SRC := $(filter-out $(MAIN),$(wildcard daemon/shell/*/*.c))
TESTLIB_SRC := $(wildcard tests/lib/*.c)
UNIT_SRC  := $(wildcard tests/unit/*/test_*.c) $(wildcard tests/scenario/test_*.c) $(wildcard tests/e2e/test_*.c)
TOOL_SRC  := $(wildcard tests/tools/*.c)
# What the tools need of tests/lib: nothing that needs cmocka, for the demonstration runs where the tests cannot.
TOOLLIB_SRC := tests/lib/aisgen.c tests/lib/alertdoc.c tests/lib/confdoc.c
BENCH_SRC := $(wildcard tests/bench/bench_*.c)
FUZZ_SRC  := $(wildcard tests/fuzz/fuzz_*.c)

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
ALL_SRC := $(GEO_SRC) $(CORE_SRC) $(SHELL_SRC) $(TESTLIB_SRC) $(UNIT_SRC) $(TOOL_SRC) $(BENCH_SRC) $(MAIN)
UNIT_BIN  := $(patsubst %.c,$(BUILD)/tests/%,$(notdir $(UNIT_SRC)))
TOOL_BIN  := $(patsubst %.c,$(BUILD)/%,$(notdir $(TOOL_SRC)))
BENCH_BIN := $(patsubst %.c,$(BUILD)/bench/%,$(notdir $(BENCH_SRC)))
FUZZ_BIN  := $(patsubst %.c,$(BUILD)/fuzz/%,$(notdir $(FUZZ_SRC)))
REPLAY_BIN := $(patsubst fuzz_%.c,$(BUILD)/tests/corpus_%,$(notdir $(FUZZ_SRC)))
LIBRARIES := -Wl,--start-group $(BUILD)/libshell.a $(BUILD)/libcore.a $(BUILD)/libgeo.a -Wl,--end-group

.PHONY: all run check bench install help clean deps deps-check run-built check-built tests asan tsan fuzz cov tidy \
  format format-check check-long bench-built uninstall deb

all: $(BUILD)/lookoutd

$(BUILD)/lookoutd: $(call obj,$(MAIN)) $(BUILD)/libshell.a $(BUILD)/libcore.a $(BUILD)/libgeo.a
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS_ALL) $(LDFLAGS_ALL) $(LTO) -o $@ $< $(LIBRARIES) $(LIBS_ALL)
$(BUILD)/libgeo.a: $(call obj,$(GEO_SRC))
$(BUILD)/libcore.a: $(call obj,$(CORE_SRC))
$(BUILD)/libshell.a: $(call obj,$(SHELL_SRC)) $(BUILD)/obj/daemon/shell/api/page_bytes.o $(BUILD)/obj/daemon/shell/api/openapi_bytes.o
$(BUILD)/libtest.a: $(call obj,$(TESTLIB_SRC))
$(BUILD)/libtool.a: $(call obj,$(TOOLLIB_SRC))
$(BUILD)/%.a:
	$(call say,AR,$@)
	@rm -f $@
	$(Q)ar rcs $@ $^
$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(EXTRA_$(firstword $(subst /, ,$<))) $(CFLAGS_ALL) $(if $(filter $(GEO_SRC) $(CORE_SRC),$<),$(LTO_CC)) -MMD -MP -c -o $@ $<
# The page: its files compressed, and one hash over them in their names, wherever a file names another as './NAME.js'. Leaflet is
# Debian's, the coast is compressed as it is shipped.
LEAFLET  := /usr/share/javascript/leaflet
PAGE_SRC := $(sort $(wildcard daemon/page/*.js daemon/page/*.css daemon/page/index.html)) $(LEAFLET)/leaflet.css \
  $(LEAFLET)/leaflet.esm.min.js config/coast.bin
$(LEAFLET)/%:
	@DEPS=no $(DEPS_SH) build $(CORE_PACKAGES) $(SHELL_PACKAGES)
$(BUILD)/page/hash: $(PAGE_SRC) $(BUILD)/flags
	$(call say,PAGE,$(@D))
	@rm -rf $(@D) && mkdir -p $(@D)
	$(Q)hash=$$(cat $(PAGE_SRC) | sha256sum | cut -c1-12) && for f in $(PAGE_SRC); do \
	  name=$$(basename $$f | sed 's/\.esm\.min//'); \
	  case $$f in *.bin) cp $$f $(@D)/$$name.gz ;; \
	    *) sed "s#\./\([a-z_]*\)\.\(js\|css\|bin\)\([\"']\)#./\1.$$hash.\2\3#g; /sourceMappingURL/d" $$f | gzip -9n >$(@D)/$$name.gz ;; esac || exit 1; \
	done && printf %s "$$hash" >$@
$(BUILD)/obj/daemon/shell/api/openapi_bytes.o: daemon/shell/api/openapi_bytes.S config/schema/openapi.json $(BUILD)/flags
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -c -o $@ $<
$(BUILD)/obj/daemon/shell/api/page_bytes.o: daemon/shell/api/page_bytes.S daemon/shell/api/page_files.h $(BUILD)/page/hash
	$(call say,AS,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -Wa,-I$(BUILD)/page -c -o $@ $<
EXTRA_tests := -Itests -I. $(CMOCKA_CFLAGS)
# Rebuild everything when the flags change. What is missing is named here, before anything is compiled; only `make deps` installs.
FLAGS = $(CC) $(OPTIMISE) $(WARNINGS) $(SANITIZE) $(CFLAGS) $(LTO_CC)
NEEDS := $(if $(filter tests fuzzers bench-built,$(MAKECMDGOALS)),check,build)
DEPS_SH = PAGE='$(PAGE)' CC='$(firstword $(filter-out ccache,$(CC)))' tests/tools/deps.sh
$(BUILD)/flags: FORCE
	@DEPS=no $(DEPS_SH) $(NEEDS) $(CORE_PACKAGES) $(SHELL_PACKAGES)
	@mkdir -p $(BUILD)
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' > $@
FORCE:
-include $(patsubst %.o,%.d,$(call obj,$(ALL_SRC)))

# A test, a tool, a benchmark: one source each, linked with everything and a library of helpers.
define program
$(2): $(call obj,$(1)) $(BUILD)/$(5).a $(BUILD)/libshell.a $(BUILD)/libcore.a $(BUILD)/libgeo.a
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CFLAGS_ALL) $$(LDFLAGS_ALL) $(4) -o $$@ $$< $$(BUILD)/$(5).a $$(LIBRARIES) $$(LIBS_ALL) $(3)
endef
$(foreach s,$(UNIT_SRC),$(eval $(call program,$(s),$(BUILD)/tests/$(basename $(notdir $(s))),$$(CMOCKA_LIBS),$$(NO_LTO),libtest)))
$(foreach s,$(TOOL_SRC),$(eval $(call program,$(s),$(BUILD)/$(basename $(notdir $(s))),,$$(NO_LTO),libtool)))
$(foreach s,$(BENCH_SRC),$(eval $(call program,$(s),$(BUILD)/bench/$(basename $(notdir $(s))),,$$(LTO),libtest)))
# Fuzz targets: with libFuzzer (make fuzz), and with a plain main that replays the corpus (make check).
define fuzzer
$(BUILD)/tests/corpus_$(patsubst fuzz_%,%,$(basename $(notdir $(1)))): $(1) $(BUILD)/libtest.a $(BUILD)/libshell.a $(BUILD)/libcore.a $(BUILD)/libgeo.a
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CPPFLAGS_ALL) -Itests -I. $$(CFLAGS_ALL) $$(LDFLAGS_ALL) $$(NO_LTO) -DFUZZ_REPLAY -o $$@ $(1) tests/fuzz/replay.c $$(BUILD)/libtest.a $$(LIBRARIES) $$(LIBS_ALL)
$(BUILD)/fuzz/$(basename $(notdir $(1))): $(1) $(BUILD)/libtest.a $(BUILD)/libshell.a $(BUILD)/libcore.a $(BUILD)/libgeo.a
	$$(call say,LD,$$@)
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(CPPFLAGS_ALL) -Itests -I. $$(CFLAGS_ALL) $$(LDFLAGS_ALL) -fsanitize=fuzzer -o $$@ $(1) $$(BUILD)/libtest.a $$(LIBRARIES) $$(LIBS_ALL)
endef
$(foreach s,$(FUZZ_SRC),$(eval $(call fuzzer,$(s))))

deps:
	@$(DEPS_SH) build $(CORE_PACKAGES) $(SHELL_PACKAGES)
deps-check:
	@$(DEPS_SH) check $(CORE_PACKAGES) $(SHELL_PACKAGES)

run: deps
	@$(MAKE) -j$(JOBS) run-built
run-built: $(BUILD)/lookoutd $(BUILD)/make_demo
	@ONCE=$(ONCE) BUILD=$(BUILD) tests/tools/demo.sh

check: deps-check
	@$(MAKE) WERROR=-Werror check-built
tests: $(BUILD)/lookoutd $(TOOL_BIN) $(UNIT_BIN) $(REPLAY_BIN)
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ASAN_BUILD = BUILD=$(BUILD)/asan CC=clang OPTIMISE='-O1' SANITIZE='$(ASAN)'
FUZZ_BUILD = BUILD=$(BUILD)/libfuzzer CC=clang OPTIMISE='-O1' SANITIZE='-fsanitize=fuzzer-no-link $(ASAN)'
CHECK = BUILD=$(BUILD) CHECK_JOBS=$(JOBS) tests/tools/check.py
# With CHECK_SLICES_UNTIL=SECONDS_SINCE_1970, slices of the long tests go until then.
check-built:
	@$(MAKE) -j$(JOBS) WERROR=-Werror tests
	@$(MAKE) -j$(JOBS) WERROR=-Werror $(ASAN_BUILD) tests
	@$(CHECK)
# The long tests in full, hours of them; LONG="kill zone_oracle" for some.
check-long: deps-check
	@$(MAKE) -j$(JOBS) tests
	@$(MAKE) -j$(JOBS) $(ASAN_BUILD) tests
	@$(MAKE) fuzz-built
	@$(CHECK) long $(LONG)
asan: deps-check
	@$(MAKE) -j$(JOBS) $(ASAN_BUILD) tests
	@$(CHECK) tests $(BUILD)/asan
tsan: deps-check
	@$(MAKE) -j$(JOBS) BUILD=$(BUILD)/tsan CC=clang OPTIMISE='-O1' SANITIZE='-fsanitize=thread' tests
	@$(CHECK) tests $(BUILD)/tsan
FUZZ_SECONDS ?= 60
fuzz: deps-check
	@$(MAKE) fuzz-built
	@BUILD=$(BUILD)/libfuzzer tests/tools/fuzz.sh $(FUZZ_SECONDS) $(FUZZ)
.PHONY: fuzzers fuzz-built
fuzzers: $(FUZZ_BIN)
fuzz-built:
	@$(MAKE) -j$(JOBS) $(FUZZ_BUILD) fuzzers
cov: deps-check
	@$(MAKE) -j$(JOBS) BUILD=$(BUILD)/cov CC=gcc OPTIMISE='-O0' SANITIZE='--coverage' tests
	@$(CHECK) tests $(BUILD)/cov; tests/tools/cov.sh $(BUILD)/cov
bench: deps-check
	@$(MAKE) -j$(JOBS) bench-built
bench-built: $(BUILD)/lookoutd $(BENCH_BIN) $(TOOL_BIN)
	@BUILD=$(BUILD) tests/tools/bench.sh $(BENCH)

C_FILES = $(shell git ls-files '*.c' '*.h' 2>/dev/null)
format:
	clang-format -i $(C_FILES)
format-check:
	@clang-format --dry-run -Werror $(C_FILES)
# A file at a time, as many at once as JOBS says; the checks are chosen in .clang-tidy.
tidy:
	@$(DEPS_SH) tidy $(CORE_PACKAGES) $(SHELL_PACKAGES)
	@printf '%s\n' $(or $(TIDY),$(GEO_SRC) $(CORE_SRC) $(SHELL_SRC) $(MAIN)) | \
	  xargs -P $(JOBS) -I{} sh -c 'clang-tidy --quiet {} -- -std=c11 $(subst ",\",$(subst ',,$(CPPFLAGS_ALL))) 2>/dev/null'

# Where things go; a configuration that is there already stays as it is.
MANUALS := $(wildcard config/man/*.[1-8])
SHIPPED := $(wildcard $(addprefix config/,ports.csv port-areas.geojson water.bin shore.bin coast.txt destinations.csv))
EXAMPLES := config/lookoutd.yaml config/live-norway.yaml config/live-norway.geojson config/prometheus-rules.yaml \
  config/grafana-dashboard.json systemd/credentials.conf systemd/serial.conf systemd/lookoutd.socket systemd/lookoutd.sysctl
TO_DATA  = $(DESTDIR)$(DATADIR)
TO_CONF  = $(DESTDIR)$(sysconfdir)/lookoutd
TO_UNIT  = $(DESTDIR)$(unitdir)/lookoutd.service
TO_USERS = $(DESTDIR)$(prefix)/lib/sysusers.d/lookoutd.conf
TO_BASH  = $(DESTDIR)$(prefix)/share/bash-completion/completions/lookoutd
TO_ZSH   = $(DESTDIR)$(prefix)/share/zsh/site-functions/_lookoutd
TO_MAN   = $(DESTDIR)$(prefix)/share/man/man$(patsubst .%,%,$(suffix $(1)))/$(notdir $(1))
install: $(BUILD)/lookoutd
	install -D -m 755 $< $(DESTDIR)$(prefix)/bin/lookoutd
	install -d $(TO_DATA)/schema $(TO_DATA)/examples $(dir $(TO_UNIT)) $(TO_CONF)
	install -m 644 $(SHIPPED) $(TO_DATA)/
	install -m 644 config/schema/*.json $(TO_DATA)/schema/
	install -m 644 $(EXAMPLES) $(TO_DATA)/examples/
	$(foreach m,$(MANUALS),install -D -m 644 $(m) $(call TO_MAN,$(m)) &&) :
	install -D -m 644 config/completion/lookoutd.bash $(TO_BASH)
	install -D -m 644 config/completion/_lookoutd $(TO_ZSH)
	sed 's|/usr/bin/lookoutd|$(prefix)/bin/lookoutd|g; s|/etc/lookoutd|$(sysconfdir)/lookoutd|g' systemd/lookoutd.service >$(TO_UNIT)
	chmod 644 $(TO_UNIT)
	install -D -m 644 systemd/lookoutd.sysusers $(TO_USERS)
	[ -e $(TO_CONF)/lookoutd.yaml ] || install -m 644 config/lookoutd.yaml $(TO_CONF)/lookoutd.yaml
# The configuration, the user and the state stay.
uninstall:
	rm -f $(DESTDIR)$(prefix)/bin/lookoutd $(TO_UNIT) $(TO_USERS) $(TO_BASH) $(TO_ZSH) $(foreach m,$(MANUALS),$(call TO_MAN,$(m)))
	rm -rf $(TO_DATA)

# The Debian package, of the tracked files alone, all of one time: the same tree gives the same bytes.
DEB_TREE = $(BUILD)/deb/lookoutd-$(VERSION)
deb:
	@$(DEPS_SH) deb $(CORE_PACKAGES) $(SHELL_PACKAGES)
	@rm -rf $(BUILD)/deb $(BUILD)/lookoutd_*.deb $(BUILD)/lookoutd-dbgsym_*.deb && mkdir -p $(DEB_TREE)
	$(Q)git ls-files -z | tar --null -T - --mtime="@$$(dpkg-parsechangelog -l config/debian/changelog -S timestamp)" -cf - | tar -xf - -C $(DEB_TREE)
	$(Q)mv $(DEB_TREE)/config/debian $(DEB_TREE)/debian
	$(Q)cd $(DEB_TREE) && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL DEB_BUILD_OPTIONS=parallel=$(JOBS) \
	  dpkg-buildpackage -b -us -uc >../log 2>&1 || { tail -n 40 ../log >&2; exit 1; }
	$(Q)mv $(BUILD)/deb/*.deb $(BUILD)/ && ls $(BUILD)/*.deb

# The picture in README.md: the demonstration as a browser shows it.
config/picture.png: $(BUILD)/lookoutd $(BUILD)/make_demo
	$(Q)BUILD=$(BUILD) python3 tests/page/make_picture.py $@

clean:
	rm -rf $(BUILD)
help:
	@echo 'make run [ONCE=1]  the demo: daemon, map and receiver on loopback, alerts scroll by'
	@echo 'make check         all tests       make            build/lookoutd      PAGE=1 installs the browser that tests the page'
	@echo 'make check-long    what is long of the tests, in full (LONG="kill fuzz" for some)'
	@echo 'make bench         benchmarks      make install uninstall    DESTDIR= prefix= sysconfdir= unitdir='
	@echo 'make deb           build/lookoutd_VERSION_ARCH.deb and its -dbgsym'
	@echo 'make deps deps-check  install what a build, or the tests, need (run and check do it); DEPS=no only names it'
	@echo 'make asan tsan fuzz cov tidy format-check format clean'
