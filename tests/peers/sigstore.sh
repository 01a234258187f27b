#!/bin/sh
# Proof files of ours must be good to npm's @sigstore/verify, and bad with another entry, key, hash or signature:
#   tests/peers/sigstore.sh TLOG_EXPORT
#   tests/peers/sigstore.sh --check PROOF ENTRY VKEY    one proof of another log
# The package is put into AMN_PEERS_BUILD by its lock file. Exit 0 good, 1 bad, 77 skipped.
set -eu
export_log=$1
here=$(cd "$(dirname "$0")" && pwd)
build=${AMN_PEERS_BUILD:-$here/../../build/peers}/sigstore
mkdir -p "$build"
build=$(cd "$build" && pwd)

"$here/../npm.sh" "$here/sigstore" "$build" check.mjs

if [ "$export_log" = --check ]; then
    shift
    exec node "$build/check.mjs" "$@"
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
check()
{
    node "$build/check.mjs" "$1" "$2" "$3"
}
refused()
{
    if check "$2" "$3" "$4"; then
        echo "taken, but wrong: $1"
        exit 1
    fi
}
for size in 1 2 300 70000; do
    key=$("$export_log" "$dir/$size" "$size" | head -n 1)
    for proof in "$dir/$size"/proofs/*.tlog-proof; do
        check "$proof" "${proof%.tlog-proof}.entry" "$key"
    done
done
proof=$dir/300/proofs/2
refused "another entry" "$proof.tlog-proof" "$dir/300/proofs/1.entry" "$key"
sed 's/^index 2$/index 3/' "$proof.tlog-proof" >"$dir/index"
refused "another index" "$dir/index" "$proof.entry" "$key"
sed '3s/^./A/' "$proof.tlog-proof" >"$dir/hash"
refused "another hash" "$dir/hash" "$proof.entry" "$key"
sed 's/^300$/301/' "$proof.tlog-proof" >"$dir/size"
refused "another size" "$dir/size" "$proof.entry" "$key"
