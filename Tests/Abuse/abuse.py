"""One table of what a server survives; see Tests/abuse.sh."""

import argparse
import os
import sys

# The groups, by their side effect of being listed.
import faults  # noqa: F401
import load  # noqa: F401
import monkey  # noqa: F401
from server import GROUPS, Table


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--row", help="only rows with this text")
    parser.add_argument("--seed", type=int, default=1, help="of the random calls")
    parser.add_argument("groups", nargs="*", help=", ".join(group.__name__ for group in GROUPS))
    options = parser.parse_args()
    options.binary = os.path.abspath(options.binary)
    unknown = set(options.groups) - {group.__name__ for group in GROUPS}
    if unknown:
        parser.error(f"no group {', '.join(sorted(unknown))}")
    table = Table(options.row)
    print(f"{'what':<58} {'limit':>18} {'measured':>26}")
    for group in GROUPS:
        if options.groups and group.__name__ not in options.groups:
            continue
        try:
            group(options, table)
        except Exception as error:  # A row that cannot be measured is a miss, not the end.
            table.add(f"{group.__name__}: {type(error).__name__}"[:58], "no error",
                      str(error)[:26], False)
    print(f"{table.count} rows, {table.misses} missed")
    sys.exit(1 if table.misses or not table.count else 0)


main()
