#!/bin/sh
# Builds the fuzz targets with clang's libFuzzer and runs them: one with T=name, otherwise all; S seconds each.
#   T=checkpoint S=60 tests/fuzz.sh
# New inputs gather in build-fuzz/corpus/<name>/ (copy the telling ones to tests/fuzz/corpus/<name>/), findings are
# written to build-fuzz/findings/<name>-*.
set -eu
cd "$(dirname "$0")/.."

tree=build-fuzz
seconds=${S:-20}
targets=${T:-$(for file in tests/fuzz/*_fuzz.c; do basename "$file" _fuzz.c; done)}

if [ ! -f "$tree/build.ninja" ]; then
    CC=clang meson setup "$tree" -Dfuzz=true -Db_sanitize=address -Db_lundef=false -Dwerror=false
fi
mkdir -p "$tree/findings"

failed=0
for target in $targets; do
    ninja -C "$tree" "tests/${target}_fuzz" >"$tree/ninja.log" 2>&1 || { cat "$tree/ninja.log"; exit 1; }
    mkdir -p "$tree/corpus/$target"
    echo "fuzz: $target, $seconds s"
    if ! "$tree/tests/${target}_fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
        -print_final_stats=1 -artifact_prefix="$tree/findings/$target-" \
        "$tree/corpus/$target" "tests/fuzz/corpus/$target" >"$tree/$target.log" 2>&1; then
        tail -n 60 "$tree/$target.log"
        failed=$((failed + 1))
    fi
    grep -E 'number_of_executed_units|peak_rss_mb' "$tree/$target.log" || true
done
echo "fuzz: $failed targets failed"
[ "$failed" -eq 0 ]
