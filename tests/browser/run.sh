#!/bin/sh
# Tell the stories of one set of pages, or of a part of it: tests/browser/run.sh portal, tests/browser/run.sh console shop
#
# What drives Chromium comes by the lock file into node_modules, once. Exit 0 good, 1 bad, 77 skipped.
set -eu
story=$1
shift
here=$(cd "$(dirname "$0")" && pwd)

command -v "${AMN_CHROMIUM:-chromium}" >/dev/null || {
    echo "SKIP: chromium is not installed"
    exit 77
}
"$here/../npm.sh" "$here" "$here"
exec node "$here/$story.mjs" "$@"
