#!/bin/sh
# Bring what a lock file of npm names, once for as long as it stays the same: tests/npm.sh FROM INTO [FILE...]
#
# FROM has package.json and package-lock.json; they and the files are put into INTO, the packages into INTO/node_modules.
# Exit 0 it is there; 77: it cannot be had on this machine; 1: what came is not what the lock says, or the lock is not of
# its package.json. The last is no reason to skip: somebody changed the one or the other.
set -eu
from=$(cd "$1" && pwd)
mkdir -p "$2"
into=$(cd "$2" && pwd)
shift 2

for tool in node npm; do
    command -v "$tool" >/dev/null || {
        echo "SKIP: $tool is not installed"
        exit 77
    }
done
exec 9>"$into/node_modules.lock"
flock 9
if [ "$from" != "$into" ]; then
    for file in package.json package-lock.json "$@"; do cp "$from/$file" "$into/"; done
fi
cmp -s "$into/package-lock.json" "$into/node_modules/.amanah-lock" && exit 0
if said=$(cd "$into" && timeout 200 npm ci --ignore-scripts --no-audit --no-fund --prefer-offline 2>&1); then
    cp "$into/package-lock.json" "$into/node_modules/.amanah-lock"
    exit 0
fi
rm -rf "$into/node_modules"
case $said in
*EINTEGRITY* | *EUSAGE* | *EJSONPARSE*)
    echo "$said"
    echo "npm: what came is not what $from/package-lock.json says"
    exit 1
    ;;
esac
echo "SKIP: npm cannot bring what $from/package-lock.json names"
exit 77
