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

ifdef SAN
B := build/asan
OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -DSHROFF_TEST
LINK := -pie -fsanitize=address,undefined
else
B := build
OPT := -O2 -g $(HARD)
endif
CFLAGS ?=
ALL_CFLAGS = $(STD) $(WARN) $(OPT) -fPIE -MMD -MP $(CFLAGS)

# Each library is met in one wrapper only (make lint), so its flags are spelled once.
LIB_CFLAGS := $(filter-out -I/usr/include,$(shell $(PKG_CONFIG) --cflags libmariadb json-c libcurl openssl libqrencode 2>/dev/null))
LIBS := $(shell $(PKG_CONFIG) --libs libmariadb json-c libcurl openssl libqrencode 2>/dev/null) -lfcgi
LIB_CFLAGS := $(patsubst -I%,-isystem %,$(LIB_CFLAGS))

LIB_SRC  := $(wildcard common/*/*.c)
SAND_SRC := $(wildcard sandbox/*.c)
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
# Only these faces of the played third parties may link them.
SAND_USERS := $(B)/cgi-bin/mockpay $(B)/cgi-bin/sandbox_% $(B)/cron/sandbox_%

.PHONY: all lint unit-build db-build bench-build unit db clean
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

# Programs that scripts/bench measures beside the executables; bare knows nothing of ours.
$(B)/bench/limit: $(call obj,$(filter-out bench/bare.c,$(BENCH_SRC))) $(LIB)
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  LINK $@";) $(CC) $(OPT) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)
$(B)/bench/bare: $(call obj,bench/bare.c)
	@mkdir -p $(@D)
	$(Q)$(if $(V),,echo "  LINK $@";) $(CC) $(OPT) $(LINK) $(LDFLAGS) -o $@ $^ $(LIBS)

bench-build: $(B)/bench/limit $(B)/bench/bare
unit-build: $(UNITS)
db-build: $(DBTS) $(if $(CLI_SRC),$(B)/cli/shroffctl)
# cmocka programs, one after the other; all run even when one fails.
unit: unit-build
	@rc=0; for t in $(UNITS); do $$t || rc=1; done; exit $$rc
# Wants a MariaDB that scripts/test starts (SHROFF_STATE and its accounts).
db: db-build
	@rc=0; for t in $(DBTS); do $$t || rc=1; done; exit $$rc
lint:
	@scripts/lint
clean:
	rm -rf build

-include $(patsubst %.c,$(B)/obj/%.d,$(LIB_SRC) $(SAND_SRC) $(CLI_SRC) $(SHOP_SRC) $(PROG_SRC) $(UNIT_SRC) $(DBT_SRC) $(BENCH_SRC))
