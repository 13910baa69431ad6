#!/usr/bin/env bash
# The documentation of every target, built from the sources' comments into .build/documentation.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Tests/packages.sh

say "Documentation"
# It fails on the test runner's own module after all graphs are written; one that is missing fails below.
swift package dump-symbol-graph --minimum-access-level package || true
graphs=$(find .build -type d -name symbolgraph | head -n 1)
# Every room with Swift in it; the executable has commands, and they have --help.
for room in Sources/*/; do
    target=$(basename "$room")
    if [ "$target" = isoloss ] || [ -z "$(find "$room" -name '*.swift' -print -quit)" ]; then continue; fi
    own=.build/documentation/graphs/$target
    rm -rf "$own"
    mkdir -p "$own"
    cp "$graphs/$target.symbols.json" "$own/"
    "$(dirname "$(readlink -f "$(command -v swift)")")/docc" convert \
        --fallback-display-name "$target" --fallback-bundle-identifier "isoloss.$target" \
        --additional-symbol-graph-dir "$own" --warnings-as-errors \
        --output-path ".build/documentation/$target.doccarchive"
    echo "$target: .build/documentation/$target.doccarchive"
done
