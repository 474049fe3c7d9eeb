"""Fails on a known vulnerability in a locked dependency; says so when it cannot ask."""

import json
import subprocess
import sys
import tempfile
from typing import Any

from tools.environment import ROOT, VENV, locked, uv_env

# One question first: where the service does not answer for this, it answers for nothing.
PROBE = "flask"
NOT_DONE = (
    "audit: NOT DONE, the vulnerability service does not answer here. Nothing is known of the"
    " locked packages;\naudit: run `.venv/bin/python -m tools.audit` where it answers before a"
    " release."
)


def main() -> None:
    """Audit the lock. Unreachable is no failure: a build must not hang on somebody's service."""
    if not audit(f"{PROBE}=={locked(PROBE)}\n"):
        print(NOT_DONE)
        return
    export = [str(VENV / "bin" / "uv"), "export", "--locked", "--all-extras", "--no-emit-project"]
    export += ["--no-hashes", "--quiet"]
    done = subprocess.run(
        export, cwd=ROOT, env=uv_env(), capture_output=True, text=True, check=True
    )
    found = audit(done.stdout)
    if not found:
        # It answered for one and not for the rest: that is no clean bill either.
        print(NOT_DONE)
        return
    locked_in = sum("==" in line for line in done.stdout.splitlines())
    lines = [
        f"{each['name']} {each['version']}: {', '.join(vuln['id'] for vuln in each['vulns'])}"
        for each in found
        if each["vulns"]
    ]
    missing = locked_in - len(found)
    print(
        f"audit: {len(found)} of {locked_in} packages answered for,"
        f" {len(lines)} with known vulnerabilities"
        + (f"; NOT DONE for {missing}" if missing else "")
    )
    if lines:
        sys.exit("\n".join(lines))


def audit(requirements: str) -> list[dict[str, Any]]:
    """What the service knows; packages it would not answer for are left out."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(requirements)
        file.flush()
        argv = [sys.executable, "-m", "pip_audit", "--requirement", file.name, "--no-deps"]
        argv += [
            "--disable-pip",
            "--format",
            "json",
            "--progress-spinner",
            "off",
            "--timeout",
            "10",
        ]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        return []
    return [each for each in answer["dependencies"] if "skip_reason" not in each]


if __name__ == "__main__":
    main()
