"""How the command line of this installation is called, for texts that tell somebody to use it."""

import os
import shlex
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


def line(*words: str) -> str:
    """A command as somebody types it in another terminal, who has to name the data folder there.

    Nobody has to where it is the usual one, `.data` in the folder they are in.
    """
    folder = os.environ.get("COMMUNITY_DATA", "")
    typed = " ".join((called(), *words))
    if not folder or Path(folder).resolve() == Path(".data").resolve():
        return typed
    return f"COMMUNITY_DATA={shlex.quote(folder)} {typed}"
