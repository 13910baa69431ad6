#!/usr/bin/env bash
# All tests under the thread and the address sanitizer, optimised, each in a build of its own.
#
#   Tests/sanitize.sh                 both
#   Tests/sanitize.sh thread          one of them
#   Tests/sanitize.sh thread HTTP     only the tests whose names contain HTTP
#
# Swift has no undefined-behaviour sanitizer on Linux: overflow and bad indices trap in every build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Tests/packages.sh

require_swift
require_system_packages
for sanitizer in ${1:-thread address}; do
    say "Tests under the $sanitizer sanitizer"
    begin=$SECONDS
    scratch=.build/$sanitizer
    flags=("${build_flags[@]}" -Xswiftc -enable-testing "--sanitize=$sanitizer" --scratch-path "$scratch")
    swift build "${flags[@]}" --build-tests
    preload=()
    if [ "$sanitizer" = thread ]; then
        "$(dirname "$(readlink -f "$(command -v swift)")")/clang" -O -Wall -Werror -shared -fPIC \
            Tests/Sanitize/mutex.c -o "$scratch/mutex.so"
        preload=("LD_PRELOAD=$PWD/$scratch/mutex.so")
    fi
    # The test runner of Swift 6.3 leaks a few bytes of its own, which would fail every run.
    env "${preload[@]}" ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=halt_on_error=0:exitcode=66 \
        swift test "${flags[@]}" --skip-build ${2:+--filter "$2"}
    echo "$sanitizer: $((SECONDS - begin)) s"
done
