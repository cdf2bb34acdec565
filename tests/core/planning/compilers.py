"""Runs a piece of Python twice: with the compiler of the planning engine and without it."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def both_ways(script: str) -> tuple[str, str]:
    """What a script prints with numba and without."""
    with_compiler, without = (
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"NUMBA_DISABLE_JIT": off},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for off in ("0", "1")
    )
    return with_compiler, without
