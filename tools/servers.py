"""Says which PostgreSQL the tests run on; `--system`: fails where there is no system server."""

import sys

from community.embedded.binaries import Source, find_postgres


def main() -> None:
    """The run says which, since what is tested is what runs."""
    wanted: Source | None = "system" if "--system" in sys.argv else None
    found = find_postgres(wanted)
    if found is None:
        print(f"tests on PostgreSQL: no {wanted or 'wheel or system'} server found")
        sys.exit(1)
    print(f"tests on PostgreSQL {found.version} ({found.source}: {found.folder})", flush=True)


if __name__ == "__main__":
    main()
