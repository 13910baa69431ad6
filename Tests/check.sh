#!/usr/bin/env bash
# Every check and test of Isoloss, in the order in which they fail fastest.
#
#   Tests/check.sh               format, layers, build, tests, the quick start
#   Tests/check.sh --sanitize    the same, and the tests again under the thread and address sanitizers
#   Tests/check.sh --fuzz        the same, and a minute of coverage-guided fuzzing
#   Tests/check.sh --abuse       the same, and the table of what a server survives (ten minutes, idle machine)
#   Tests/check.sh --docs        the same, and the documentation, with its gaps as errors
#   Tests/check.sh --browser     the same, and the page in a real browser
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Tests/packages.sh

sanitize=false
fuzz=false
abuse=false
docs=false
browser=false
for argument in "$@"; do
    case "$argument" in
        --sanitize) sanitize=true ;;
        --fuzz) fuzz=true ;;
        --abuse) abuse=true ;;
        --docs) docs=true ;;
        --browser) browser=true ;;
        *)
            sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
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
    Tests/sanitize.sh
fi

if $fuzz; then
    Tests/fuzz.sh 12
fi

if $abuse; then
    Tests/abuse.sh
fi

if $docs; then
    Tests/docs.sh
fi

if $browser; then
    Tests/browser.sh
fi

say "Quick start"
sample-runs/quickstart.sh --stop
