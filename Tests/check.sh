#!/usr/bin/env bash
# Every check and test of Isoloss, in the order in which they fail fastest.
#
#   Tests/check.sh               format, layers, build, tests, the quick start
#   Tests/check.sh --sanitize    the same, and the tests again under the thread and address sanitizers
#   Tests/check.sh --docs        the same, and the documentation, with its gaps as errors
#   Tests/check.sh --browser     the same, and the page in a real browser
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Tests/packages.sh

sanitize=false
docs=false
browser=false
for argument in "$@"; do
    case "$argument" in
        --sanitize) sanitize=true ;;
        --docs) docs=true ;;
        --browser) browser=true ;;
        *)
            sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
            exit 2
            ;;
    esac
done

require_swift
require_system_packages

say "Format"
swift format lint --strict --recursive --parallel Package.swift Sources Tests

say "Build (release, with the import check)"
swift build "${test_flags[@]}" --build-tests

say "Tests"
swift test "${test_flags[@]}" --skip-build

if $sanitize; then
    for sanitizer in thread address; do
        say "Tests under the $sanitizer sanitizer"
        # The test runner of Swift 6.3 leaks a few bytes of its own, which would fail every run.
        ASAN_OPTIONS=detect_leaks=0 swift test --sanitize="$sanitizer" --scratch-path ".build/$sanitizer"
    done
fi

if $docs; then
    Tests/docs.sh
fi

if $browser; then
    Tests/browser.sh
fi

say "Quick start"
sample-runs/quickstart.sh --stop
