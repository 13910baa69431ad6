#!/usr/bin/env bash
# Coverage-guided fuzzing with the address sanitizer: schedule language, JSON, HTTP, points, logs.
#
#   Tests/fuzz.sh                 a minute of each target
#   Tests/fuzz.sh 600             ten minutes of each
#   Tests/fuzz.sh 600 schedule    of one
#
# Inputs that open new paths are kept in .build/fuzz/TARGET; one that fails stands beside them. Swift
# has no undefined-behaviour sanitizer on Linux: overflow and bad indices trap in every build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
targets=${2:-schedule json http points logs}
export ISOLOSS_FUZZER=1
flags=(-c release -Xswiftc -enable-testing --scratch-path .build/fuzzer --sanitize=address)
swift build "${flags[@]}" --product isoloss-fuzz
program=$(swift build "${flags[@]}" --show-bin-path)/isoloss-fuzz
for target in $targets; do
    mkdir -p ".build/fuzz/$target"
    echo "== $target, $seconds s"
    # A second for an input, and a few more for a machine that does other things as well.
    "$program" "$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=400 \
        -print_final_stats=1 -artifact_prefix=".build/fuzz/$target-" ".build/fuzz/$target"
done
