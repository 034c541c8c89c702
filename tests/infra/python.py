"""Runs a test again with the Python of build/third_party/infra, which has what it imports."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build/third_party/infra"


def enter():
    """Call it before anything else is imported. Ends the test when the folder is missing."""
    if pathlib.Path(sys.prefix).resolve() == FOLDER.resolve():
        return
    python = FOLDER / "bin/python"
    if not python.exists():
        sys.exit(f"{FOLDER.relative_to(ROOT)} is not installed: run make setup")
    os.execv(python, [str(python), "-B", *sys.argv])
