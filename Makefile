# A menu: each line says what there is, the work is done by Meson and the scripts that are called here.
#   make build   make demo   make check   make bench   make bench-full   make soak H=2   make fuzz T=name S=60
#   make deb   make plugin   make lint   make cover   make format   make clean

H ?= 1
S ?= 20
T ?=
jobs := $(shell nproc)

.PHONY: help build demo check bench bench-full soak fuzz deb plugin lint cover format clean packages-%

help:
	@sed -n '2,3s/^# *//p' Makefile

packages-%:
	@.ci/packages $*

# Release: -O2, no sanitizers. The program is put at build/amanah in one step, so a running one is never half written.
build: packages-build
	@test -f build/build.ninja || meson setup build -Dtests=false -Dc_args=-D_FORTIFY_SOURCE=3
	@ninja -C build -j $(jobs) src/cli/amanah
	@cp build/src/cli/amanah build/amanah.new && mv -f build/amanah.new build/amanah

demo: build
	@build/amanah demo

check: packages-check
	@python3 tests/run

bench: packages-bench build
	@bench/run

bench-full: packages-bench build
	@bench/run --full
	@ninja -C build -j $(jobs) bench/evidence_bench
	@bench/evidence --growth 1000000,3000000,$(or $(N),10000000) --plot build/evidence-growth.svg

# clang-tidy with its analyzer at full depth: ten minutes that check does not take.
lint: packages-check
	@python3 tests/run --lint

# The simulator for H hours.
soak: packages-check
	@python3 tests/run --soak $(H)

fuzz: packages-fuzz
	@T=$(T) S=$(S) tests/fuzz.sh

# The Debian package, at build/deb/, judged by lintian and systemd's own tool. Not part of check: it builds all anew.
deb: packages-deb
	@python3 tests/scenario/package.py
	@ls build/deb/*.deb

# The WooCommerce plugin as one zip, at build/: docs/woocommerce.md.
plugin:
	@mkdir -p build && python3 plugins/woocommerce/zip.py build/amanah-woocommerce.zip && ls build/amanah-woocommerce.zip

cover: packages-cover
	@test -f build-cover/build.ninja || meson setup build-cover -Db_coverage=true
	@meson test -C build-cover --suite unit --suite fuzz --suite scenario
	@gcovr --root . --filter src/ build-cover

format: packages-format
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build build-check build-cover build-fuzz
