#!/usr/bin/env bash
# What a server survives: deadly inputs, costly requests, held bodies, starvation, locks, crowds, kills, damage.
#
#   Tests/abuse.sh                      build a release binary, run every row, print the table; 1 on a miss
#   Tests/abuse.sh crowd budget         only these of the groups deadly, budget, starvation, held, crowd,
#                                       locks, kills, firststart, disk, damage, program
#   Tests/abuse.sh budget --row gzip    only the rows whose names contain a text
#   Tests/abuse.sh --long               200 kills instead of 20, every page, and longer loads
#   ISOLOSS=path/to/isoloss Tests/abuse.sh     with a binary that is there already
#
# It needs python3 and strace (for firststart and disk), works in temporary folders, and leaves
# nothing behind. The rows with milliseconds mean something on an idle machine only.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -z "${ISOLOSS:-}" ]; then
    swift build -c release --product isoloss >&2
    ISOLOSS=$(swift build -c release --show-bin-path)/isoloss
fi
# Each connection of the crowd takes a descriptor here, and one in the server.
ulimit -n "$(ulimit -H -n)"
exec python3 -B Tests/Abuse/abuse.py --binary "$ISOLOSS" "$@"
