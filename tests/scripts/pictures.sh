#!/bin/bash
# SPDX-License-Identifier: MIT
# The pictures in the documents are those that the programs draw.
set -u
source=${TUTTI_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${TUTTI_BUILD_DIR:-$source/build/dev}
[ -x "$build/tutti" ] || { echo "skipped: the command was not built"; exit 77; }
exec python3 "$source/tools/pictures.py" "$build"
