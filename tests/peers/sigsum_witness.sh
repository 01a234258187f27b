#!/bin/sh
# Runs sigsum-witness, from the backports of this Debian, on loopback, and has it cosign a log of ours:
#   tests/peers/sigsum_witness.sh WITNESS_TRY
# The package is unpacked into AMN_PEERS_BUILD, nothing is installed. Exit 0 good, 1 bad, 77 skipped.
set -eu
try=$1
here=$(cd "$(dirname "$0")" && pwd)
build=${AMN_PEERS_BUILD:-$here/../../build/peers}
mkdir -p "$build/sigsum"
build=$(cd "$build/sigsum" && pwd)
bin=$build/x/usr/bin

skip()
{
    echo "SKIP: $1"
    exit 77
}

fetch()
{
    if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then skip "no apt here"; fi
    # shellcheck disable=SC1091
    release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    # shellcheck disable=SC2016 # apt's own placeholder
    archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
    if [ -z "$archive" ] || [ -z "$release" ]; then skip "apt knows no archive"; fi
    mkdir -p "$build/lists/partial" "$build/archives/partial"
    echo "deb ${archive%/} $release-backports main" >"$build/sources.list"
    set -- -o "Dir::Etc::sourcelist=$build/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o "Dir::State::lists=$build/lists" -o "Dir::Cache::archives=$build/archives" \
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root
    timeout 120 apt-get -q "$@" update >"$build/apt.log" 2>&1 || skip "the backports cannot be reached"
    (cd "$build" && timeout 120 apt-get -q "$@" download sigsum-go) >>"$build/apt.log" 2>&1 ||
        skip "the backports have no sigsum-go"
    dpkg -x "$build"/sigsum-go_*.deb "$build/x"
}

[ -x "$bin/sigsum-witness" ] || fetch

dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid"; rm -rf "$dir"' EXIT
"$bin/sigsum-key" generate -o "$dir/wit"
"$try" name >"$dir/log.hex"
"$bin/sigsum-key" from-hex -k "$dir/log.hex" -o "$dir/log.pub"
key=$("$bin/sigsum-key" to-hex -k "$dir/wit.pub")

# A free port: try some, since another program may hold one.
for port in 7382 17382 27382 37382; do
    # Built the Debian way it does not know its own routes without this setting.
    GODEBUG=httpmuxgo121=0 "$bin/sigsum-witness" -k "$dir/wit" --log-key "$dir/log.pub" --state-file "$dir/state" \
        "127.0.0.1:$port" >"$dir/said" 2>&1 &
    pid=$!
    sleep 1
    if kill -0 "$pid" 2>/dev/null; then break; fi
    pid=
done
[ -n "$pid" ] || {
    cat "$dir/said"
    exit 1
}
no_proxy=127.0.0.1 "$try" "http://127.0.0.1:$port" "$key"
