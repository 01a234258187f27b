#!/bin/sh
# A log of ENTRIES entries, made by our code, must be good to tlog_oracle.sh; with a byte of any file changed, bad.
#   tests/peers/tlog_peer.sh TLOG_EXPORT ENTRIES
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
keys=$("$1" "$dir/log" "$2")

# shellcheck disable=SC2086 # two keys, two words
"$here/tlog_oracle.sh" "$dir/log" $keys || exit $?

[ "$2" -le 300 ] || exit 0
find "$dir/log" -type f >"$dir/files"
while read -r file; do
    cp "$file" "$dir/kept"
    size=$(stat -c %s "$file")
    at=$((size / 2))
    next=$(od -An -c -j $((at + 1)) -N 1 "$file" | tr -d ' ')
    [ "$next" != = ] || at=$((at - 3)) # Go's base64 does not look at the bits before the padding
    old=$(od -An -tu1 -j "$at" -N 1 "$file" | tr -d ' ')
    printf %b "\\0$(printf %o $((old ^ 1)))" | dd of="$file" bs=1 seek="$at" conv=notrunc status=none
    # shellcheck disable=SC2086
    if "$here/tlog_oracle.sh" "$dir/log" $keys >"$dir/said" 2>&1; then
        echo "not found: a changed byte in ${file#"$dir"/log/}"
        exit 1
    fi
    cp "$dir/kept" "$file"
done <"$dir/files"
echo "found: a changed byte in each of $(wc -l <"$dir/files") files"
