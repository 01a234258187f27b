#!/bin/sh
# The test vectors that C2SP keeps for programs that read age, judged by ours:
#   tests/peers/age_kit.sh AGE_PEER
# They come as an npm package, by its lock file, into AMN_PEERS_BUILD. Exit 0 good, 1 bad, 77 skipped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${AMN_PEERS_BUILD:-$here/../../build/peers}/age
mkdir -p "$build"
build=$(cd "$build" && pwd)

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "SKIP: nodejs or npm is not installed"
    exit 77
fi
cp "$here/age/package.json" "$here/age/unpack.mjs" "$build/"
if ! cmp -s "$here/age/package-lock.json" "$build/package-lock.json" || [ ! -d "$build/node_modules" ]; then
    cp "$here/age/package-lock.json" "$build/"
    (cd "$build" && timeout 200 npm ci --ignore-scripts --no-audit --no-fund) >"$build/npm.log" 2>&1 || {
        rm -rf "$build/node_modules"
        echo "SKIP: cctv-age cannot be had"
        exit 77
    }
fi
rm -rf "$build/kit"
node "$build/unpack.mjs" "$build/kit"
exec python3 "$here/age_peer.py" "$1" "$build/kit"
