#!/usr/bin/env bash
# The quick loop: the tests of one room, built without optimisation and without the rest of the house.
#
#   Tests/quick.sh Schedules              all tests of Sources/Schedules
#   Tests/quick.sh Laws Chinchilla        those whose name contains Chinchilla
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ $# -lt 1 ] || [ ! -d "Tests/$1Tests" ]; then
    sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    echo "Rooms: $(cd Tests && printf '%s ' *Tests | sed 's/Tests / /g')" >&2
    exit 2
fi
room=$1
shift
export ISOLOSS_ROOM=$room
exec swift test --scratch-path ".build/quick-$room" \
    --explicit-target-dependency-import-check error ${1:+--filter "$1"}
