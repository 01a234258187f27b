#!/bin/sh
# Tell the stories of one set of pages: tests/browser/run.sh console
#
# What drives Chromium comes by the lock file into node_modules, once. Exit 0 good, 1 bad, 77 skipped.
set -eu
story=$1
here=$(cd "$(dirname "$0")" && pwd)

for tool in node npm "${AMN_CHROMIUM:-chromium}"; do
    command -v "$tool" >/dev/null || {
        echo "SKIP: $tool is not installed"
        exit 77
    }
done
exec 9>"$here/node_modules.lock"
flock 9
if ! cmp -s "$here/package-lock.json" "$here/node_modules/.amanah-lock"; then
    (cd "$here" && timeout 200 npm ci --ignore-scripts --no-audit --no-fund --prefer-offline) || {
        echo "SKIP: npm cannot bring what tests/browser/package-lock.json names"
        exit 77
    }
    cp "$here/package-lock.json" "$here/node_modules/.amanah-lock"
fi
flock -u 9
exec node "$here/$story.mjs"
