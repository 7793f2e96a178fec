# Shroff. `make` builds the release into build/, `make SAN=1` the ASan+UBSan build into build/asan/,
# both mirroring the source tree. Sources are found, not listed: a new program or module is a new file.
MAKEFLAGS += --no-builtin-rules
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local

# V=1 shows the whole commands.
ifdef V
Q :=
else
Q := @
endif

STD  := -std=c17 -D_GNU_SOURCE -Icommon -I.
WARN := -Wall -Wextra -Werror -Wpedantic -Wformat=2 -Wconversion -Wsign-conversion -Wshadow -Wundef \
        -Wvla -Walloca -Wcast-qual -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
        -Wswitch-enum -Wnull-dereference -Wimplicit-fallthrough
ifneq (,$(findstring gcc,$(notdir $(CC))))
WARN += -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init -Wformat-overflow=2 \
        -Wformat-truncation=2 -Wtrampolines
endif
HARD := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-clash-protection -fstack-protector-strong \
        -fcf-protection=full -fno-delete-null-pointer-checks \
        -fno-strict-overflow -fno-strict-aliasing -fexceptions
ifneq (,$(findstring gcc,$(notdir $(CC))))
HARD += -ftrivial-auto-var-init=zero
endif
LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code -Wl,--as-needed,--no-copy-dt-needed-entries

# CC=clang-14: a tree of its own, so that both compilers' objects stand side by side.
ifneq (,$(findstring clang,$(notdir $(CC))))
TREE := build/clang
else
TREE := build
endif
ifdef SAN
B := build/asan
OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DSHROFF_TEST
LINK := -pie -fsanitize=address,undefined
else ifdef COV
B := build/cov
OPT := -O0 -g --coverage
LINK := -pie --coverage
else
B := $(TREE)
OPT := -O2 -g $(HARD)
endif
CFLAGS ?=
ALL_CFLAGS = $(STD) $(WARN) $(OPT) -fPIE -MMD -MP $(CFLAGS)

# Each library is used by one wrapper only (make lint), so its flags are written once.
LIB_CFLAGS := $(filter-out -I/usr/include,$(shell $(PKG_CONFIG) --cflags libmariadb json-c libcurl openssl libqrencode zlib minizip 2>/dev/null))
LIBS := $(shell $(PKG_CONFIG) --libs libmariadb json-c libcurl openssl libqrencode zlib minizip 2>/dev/null) -lfcgi
LIB_CFLAGS := $(patsubst -I%,-isystem %,$(LIB_CFLAGS))

LIB_SRC  := $(wildcard common/*/*.c common/*/*/*.c)
SAND_SRC := $(wildcard sandbox/*.c sandbox/*/*.c)
CLI_SRC  := $(wildcard cli/*.c)
SHOP_SRC := $(wildcard examples/shop/*.c)
PROG_SRC := $(wildcard cgi-bin/*.c cron/*.c)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
DBT_SRC  := $(wildcard tests/db/test_*.c)
obj = $(patsubst %.c,$(B)/obj/%.o,$(1))

LIB   := $(B)/libshroff.a
SAND  := $(B)/libsandbox.a
PROGS := $(patsubst %.c,$(B)/%,$(PROG_SRC)) $(if $(CLI_SRC),$(B)/cli/shroffctl) \
         $(if $(SHOP_SRC),$(B)/examples/shop)
BENCH_SRC := $(wildcard bench/*.c)
UNITS := $(patsubst %.c,$(B)/%,$(UNIT_SRC))
DBTS  := $(patsubst %.c,$(B)/%,$(DBT_SRC))
# NAMES='notify text': only the test programs whose name has one of them in it.
named = $(if $(NAMES),$(foreach t,$(1),$(if $(strip $(foreach n,$(NAMES),$(findstring $(n),$(notdir $(t))))),$(t))),$(1))
# Only these programs may link the sandbox.
SAND_USERS := $(B)/cgi-bin/mockpay $(B)/cgi-bin/sandbox_% $(B)/cron/sandbox_%

.PHONY: all install lint docs-tables unit-build db-build bench-build unit db clean
.SECONDARY:
all: $(PROGS)

$(B)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  CC   $<";) $(CC) $(ALL_CFLAGS) $(LIB_CFLAGS) -c $< -o $@

$(B)/obj/examples/shop/%.o: STD := -std=c17 -D_GNU_SOURCE -Iexamples/shop
$(LIB): $(call obj,$(LIB_SRC))
	@rm -f $@
	$(Q)$(if $(V),,echo "  AR   $@";) $(AR) rcs $@ $^
$(SAND): $(call obj,$(SAND_SRC))
	@mkdir -p $(@D); rm -f $@
	$(Q)$(if $(V),,echo "  AR   $@";) $(AR) rcs $@ $^

$(B)/cli/shroffctl: $(call obj,$(CLI_SRC)) $(LIB)
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  LINK $@";) $(CC) $(OPT) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/examples/shop: $(call obj,$(SHOP_SRC))
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  LINK $@";) $(CC) $(OPT) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)
$(filter $(SAND_USERS),$(PROGS)): $(B)/%: $(B)/obj/%.o $(SAND) $(LIB)
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  LINK $@";) $(CC) $(OPT) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)
$(filter-out $(SAND_USERS) $(B)/cli/% $(B)/examples/%,$(PROGS)): $(B)/%: $(B)/obj/%.o $(LIB)
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  LINK $@";) $(CC) $(OPT) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)
$(UNITS) $(DBTS): $(B)/%: $(B)/obj/%.o $(SAND) $(LIB)
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  LINK $@";) $(CC) $(OPT) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka

# Programs that scripts/bench measures beside the executables; bare uses nothing of common/.
$(B)/bench/limit: $(call obj,$(filter-out bench/bare.c,$(BENCH_SRC))) $(LIB)
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  LINK $@";) $(CC) $(OPT) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/bench/bare: $(call obj,bench/bare.c)
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  LINK $@";) $(CC) $(OPT) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)

bench-build: $(B)/bench/limit $(B)/bench/bare

# The tables of states, verdicts and codes in the documents, from the code; tests/docs fails when they are stale.
$(B)/tests/docs/tables: $(call obj,tests/docs/tables.c) $(LIB)
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  LINK $@";) $(CC) $(OPT) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)
docs-tables: $(B)/tests/docs/tables
	@for d in docs/merchant.md docs/architecture.md docs/operate.md docs/channels.md; do \
	  $< $$d >$(B)/tests/docs/new && cat $(B)/tests/docs/new >$$d || exit 1; done; rm $(B)/tests/docs/new
unit-build: $(call named,$(UNITS))
db-build: $(call named,$(DBTS)) $(if $(CLI_SRC),$(B)/cli/shroffctl)
# cmocka programs, one after the other; all run even when one fails.
unit: unit-build
	@tests/lib/cmocka $(call named,$(UNITS))
# Needs a MariaDB, which scripts/test starts (SHROFF_STATE and its accounts).
db: db-build
	@tests/lib/cmocka $(call named,$(DBTS))
lint: format-check
	@scripts/lint
clean:
	rm -rf build

# ---- the tools of `./scripts/test static`, each by itself
OWN_C := $(LIB_SRC) $(SAND_SRC) $(CLI_SRC) $(SHOP_SRC) $(PROG_SRC) $(BENCH_SRC)
FORMAT_C = $(shell find common sandbox cli examples cgi-bin cron bench tests -name node_modules -prune -o -name '*.[ch]' -print)
JOBS_N ?= $(shell nproc)

.PHONY: format format-check tidy cppcheck
# Formats by .clang-format (clang-format 14, Debian 12).
format:
	@echo $(FORMAT_C) | xargs -P $(JOBS_N) -n 16 clang-format-14 -i
format-check:
	@command -v clang-format-14 >/dev/null || { echo "clang-format-14 is not here: apt-get install clang-format-14"; exit 1; }
	@echo $(FORMAT_C) | xargs -P $(JOBS_N) -n 16 clang-format-14 --dry-run -Werror || { echo "run: make format"; exit 1; }
# For clangd and other tools: one entry a source, with its compiler flags.
compile_commands.json: Makefile
	@$(MAKE) CC=clang-14 -nB V=1 all unit-build db-build bench-build 2>/dev/null | awk -v dir='$(CURDIR)' ' \
	  BEGIN { print "[" } \
	  match($$0, / -c [^ ]+ /) { file = substr($$0, RSTART + 4, RLENGTH - 5); gsub(/\\/, "\\\\"); gsub(/"/, "\\\""); \
	    sub(/^ +/, ""); printf "%s{\"directory\": \"%s\", \"file\": \"%s\", \"command\": \"%s\"}", n++ ? ",\n" : "", dir, file, $$0 } \
	  END { print "\n]" }' >$@
# The checks are in .clang-tidy, which says what is off and why.
tidy: compile_commands.json
	@echo $(OWN_C) | xargs -P $(JOBS_N) -n 4 clang-tidy-14 --quiet -p . $(addprefix --extra-arg=,-Xclang -analyzer-config -Xclang max-nodes=20000) 2>build/tidy.err || { cat build/tidy.err; exit 1; }
cppcheck:
	@cppcheck --quiet -j $(JOBS_N) --std=c11 --enable=warning,portability,performance --inline-suppr \
	  --suppressions-list=.ci/cppcheck.txt --error-exitcode=1 --max-configs=1 -D_GNU_SOURCE -Icommon -I. $(OWN_C)

# make install [DESTDIR=…] [PREFIX=/usr/local]: programs, schema, units, man pages. Makes no user,
# starts nothing: docs/operate.md has the next steps. mockpay and the sandbox are not installed: test mode only.
D := $(DESTDIR)$(PREFIX)
WEB := $(filter-out $(B)/cgi-bin/mockpay $(B)/cgi-bin/sandbox_%,$(filter $(B)/cgi-bin/%,$(PROGS)))
JOBS := $(filter-out $(B)/cron/sandbox_%,$(filter $(B)/cron/%,$(PROGS)))
install: all
	install -d $(D)/bin $(D)/lib/shroff/cgi-bin $(D)/lib/shroff/cron $(D)/lib/shroff/cli $(D)/share/shroff/schema/procedures
	install -d $(D)/share/shroff/nginx $(D)/share/man/man1 $(D)/share/man/man5 $(D)/share/man/man8
	install -d $(D)/lib/systemd/system $(D)/lib/tmpfiles.d $(D)/lib/sysusers.d
	install -d $(D)/share/bash-completion/completions $(D)/share/doc/shroff
	install -m 755 $(B)/cli/shroffctl $(D)/bin/
	install -m 755 $(B)/cli/shroffctl $(D)/lib/shroff/cli/
	install -m 755 $(WEB) $(D)/lib/shroff/cgi-bin/
	install -m 755 $(JOBS) $(D)/lib/shroff/cron/
	install -m 755 scripts/backup $(D)/bin/shroff-backup
	install -m 644 schema/*.sql $(D)/share/shroff/schema/
	install -m 644 schema/procedures/*.sql $(D)/share/shroff/schema/procedures/
	install -m 644 nginx/* $(D)/share/shroff/nginx/
	install -m 644 cron/shroff.crontab scripts/systemd/logrotate.conf $(D)/share/shroff/
	install -m 644 docs/prometheus-alerts.yml $(D)/share/shroff/
	install -m 644 docs/man/*.1 $(D)/share/man/man1/
	install -m 644 docs/man/*.5 $(D)/share/man/man5/
	install -m 644 $(filter-out docs/man/sandbox_%,$(wildcard docs/man/*.8)) $(D)/share/man/man8/
	install -m 644 scripts/systemd/shroff@.socket scripts/systemd/shroff-*.timer $(D)/lib/systemd/system/
	for u in shroff@.service shroff-notify.service shroff-job@.service shroff-purge.service shroff-audit.service; do \
	  sed 's#@LIBDIR@#$(PREFIX)/lib#g' scripts/systemd/$$u >$(D)/lib/systemd/system/$$u; \
	  chmod 644 $(D)/lib/systemd/system/$$u; done
	install -m 644 scripts/systemd/tmpfiles.conf $(D)/lib/tmpfiles.d/shroff.conf
	install -m 644 scripts/systemd/sysusers.conf $(D)/lib/sysusers.d/shroff.conf
	install -m 644 scripts/completion/shroffctl.bash $(D)/share/bash-completion/completions/shroffctl
	install -m 644 README.md CHANGELOG.md LICENSE docs/*.md $(D)/share/doc/shroff/

# ---- fuzzing: `make fuzz` builds build/fuzz/NAME from tests/fuzz/fuzz_NAME.c, with an instrumented library
# (without that the fuzzer sees no coverage of it). `make fuzz-replay`: the same targets with
# a plain main, for reproducers and AFL++ (FUZZ_CC=afl-clang-fast FUZZ_COVER=).
FUZZ_CC    ?= clang-14
FUZZ_COVER ?= -fsanitize=fuzzer-no-link
FUZZ_FLAGS := $(STD) -Wall -Wextra -Werror -O1 -g -fno-omit-frame-pointer $(FUZZ_COVER) \
              -fsanitize=address,undefined -fno-sanitize-recover=all -MMD -MP
FUZZ_SRC   := $(wildcard tests/fuzz/fuzz_*.c)
FUZZERS    := $(patsubst tests/fuzz/fuzz_%.c,build/fuzz/%,$(FUZZ_SRC))
REPLAYS    := $(patsubst build/fuzz/%,build/fuzz/replay/%,$(FUZZERS))
fuzz_obj    = $(patsubst %.c,build/fuzz/obj/%.o,$(1))

.PHONY: fuzz fuzz-replay
fuzz: $(FUZZERS)
fuzz-replay: $(REPLAYS)
build/fuzz/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  FUZZ $<";) $(FUZZ_CC) $(FUZZ_FLAGS) $(LIB_CFLAGS) -c $< -o $@
build/fuzz/libshroff.a: $(call fuzz_obj,$(LIB_SRC))
	@rm -f $@; $(AR) rcs $@ $^
build/fuzz/libsandbox.a: $(call fuzz_obj,$(SAND_SRC))
	@rm -f $@; $(AR) rcs $@ $^
FUZZ_LIBS := build/fuzz/libsandbox.a build/fuzz/libshroff.a
$(FUZZERS): build/fuzz/%: build/fuzz/obj/tests/fuzz/fuzz_%.o $(FUZZ_LIBS)
	$(Q)$(FUZZ_CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS)
$(REPLAYS): build/fuzz/replay/%: build/fuzz/obj/tests/fuzz/replay.o build/fuzz/obj/tests/fuzz/fuzz_%.o $(FUZZ_LIBS)
	@mkdir -p $(@D)
	$(Q)$(FUZZ_CC) -fsanitize=address,undefined -o $@ $^ $(LIBS)
-include $(patsubst %.c,build/fuzz/obj/%.d,$(LIB_SRC) $(SAND_SRC) $(FUZZ_SRC))

-include $(patsubst %.c,$(B)/obj/%.d,$(LIB_SRC) $(SAND_SRC) $(CLI_SRC) $(SHOP_SRC) $(PROG_SRC) $(UNIT_SRC) $(DBT_SRC) $(BENCH_SRC) tests/docs/tables.c)
