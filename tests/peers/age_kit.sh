#!/bin/sh
# The test vectors that C2SP keeps for programs that read age, judged by ours:
#   tests/peers/age_kit.sh AGE_PEER
# They come as an npm package, by its lock file, into AMN_PEERS_BUILD. Exit 0 good, 1 bad, 77 skipped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${AMN_PEERS_BUILD:-$here/../../build/peers}/age
mkdir -p "$build"
build=$(cd "$build" && pwd)

"$here/../npm.sh" "$here/age" "$build" unpack.mjs
rm -rf "$build/kit"
node "$build/unpack.mjs" "$build/kit"
exec python3 "$here/age_peer.py" "$1" "$build/kit"
