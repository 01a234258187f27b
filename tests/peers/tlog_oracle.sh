#!/bin/sh
# Has a log folder checked by golang.org/x/mod/sumdb from Debian's packages golang-go and golang-golang-x-mod-dev:
#   tests/peers/tlog_oracle.sh DIR LOG_VKEY [WITNESS_VKEY...]
# The program is built once, in AMN_PEERS_BUILD (default build/peers). Exit 0 good, 1 bad, 77 skipped.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${AMN_PEERS_BUILD:-$here/../../build/peers}
gopath=/usr/share/gocode

if ! command -v go >/dev/null || [ ! -d "$gopath/src/golang.org/x/mod/sumdb/tlog" ]; then
    echo "SKIP: golang-go or golang-golang-x-mod-dev is not installed"
    exit 77
fi
mkdir -p "$build"
build=$(cd "$build" && pwd)
(
    flock 9
    # shellcheck disable=SC3013 # every sh of Debian has -nt
    if [ ! -x "$build/tlog_oracle" ] || [ "$here/tlog_oracle.go" -nt "$build/tlog_oracle" ]; then
        GO111MODULE=off GOPATH=$gopath GOCACHE=$build/gocache GOFLAGS='' go build -o "$build/tlog_oracle" \
            "$here/tlog_oracle.go"
    fi
) 9>"$build/lock"
exec "$build/tlog_oracle" "$@"
