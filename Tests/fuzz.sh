#!/usr/bin/env bash
# Coverage-guided fuzzing with the address sanitizer: schedule language, JSON, HTTP, points.
#
#   Tests/fuzz.sh                 a minute of each target
#   Tests/fuzz.sh 600             ten minutes of each
#   Tests/fuzz.sh 600 schedule    of one
#
# Inputs that open new paths are kept in .build/fuzz/TARGET; one that fails stands beside them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
targets=${2:-schedule json http points}
export ISOLOSS_FUZZER=1
swift build --scratch-path .build/fuzzer --sanitize=address --product isoloss-fuzz
program=$(swift build --scratch-path .build/fuzzer --sanitize=address --show-bin-path)/isoloss-fuzz
for target in $targets; do
    mkdir -p ".build/fuzz/$target"
    echo "== $target, $seconds s"
    # A second for an input, with room for the sanitizer and a build without optimisation.
    "$program" "$target" -max_total_time="$seconds" -timeout=30 -rss_limit_mb=1024 -max_len=400 \
        -print_final_stats=1 -artifact_prefix=".build/fuzz/$target-" ".build/fuzz/$target"
done
