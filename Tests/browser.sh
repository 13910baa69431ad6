#!/usr/bin/env bash
# The page in a real browser: a newcomer's journey, dark and narrow, by keyboard alone, with no error.
#
#   Tests/browser.sh               the journey; exit 1 on a miss
#   Tests/browser.sh --pictures    also draws the picture that the README shows
#   Tests/browser.sh --speed       also prints what the page costs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source Tests/packages.sh
require_swift
system_packages+=(chromium chromium-driver python3 python3-venv)
require_system_packages

say "Page in a browser"
swift build "${build_flags[@]}" --product isoloss
environment=.build/browser
if [ ! -x "$environment/bin/python" ]; then python3 -m venv "$environment"; fi
"$environment/bin/python" -c 'import selenium' 2>/dev/null || "$environment/bin/pip" install -q selenium
# A token for another server is none for this one.
unset ISOLOSS_TOKEN
exec "$environment/bin/python" Tests/Browser/journey.py \
    "$(swift build "${build_flags[@]}" --show-bin-path)/isoloss" "$@"
