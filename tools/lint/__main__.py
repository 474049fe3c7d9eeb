"""`python -m tools.lint`: all rules; `--report`: the sizes in percentiles."""

import argparse
import itertools
import sys
from pathlib import Path

from tools.lint import python, sizes, text, tree

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Print every breach and fail, or say how many files are in order."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--report", action="store_true", help="sizes only")
    given = parser.parse_args()
    if given.report:
        print(sizes.report(given.root))
        return
    checks = (python.check, text.check, tree.check, sizes.check)
    found = sorted(set(itertools.chain.from_iterable(check(given.root) for check in checks)))
    if found:
        sys.exit("\n".join(map(str, found)) + f"\n{len(found)} breaches of the house rules")
    print("house rules: kept")


if __name__ == "__main__":
    main()
