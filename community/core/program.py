"""How the command line of this installation is called, for texts that tell somebody to use it."""

import shutil
import sys
from pathlib import Path

NAME = "community"


def called() -> str:
    """`community` where a shell finds it, else the path to it from here: `.venv/bin/community`."""
    program = Path(sys.executable).with_name(NAME)
    found = shutil.which(NAME)
    if found and Path(found).samefile(program):
        return NAME
    here = Path.cwd()
    return str(program.relative_to(here)) if program.is_relative_to(here) else str(program)
