#!/usr/bin/env python3
"""Fetches the official JSON Schema test suite into build/third_party/json-schema-suite.

The suite has no package of its own; the source package of PyPI's jsonschema carries a copy in its
folder json/. Does nothing when the suite is there already.

usage: tools/fetch_json_schema_suite.py
"""

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "4.25.1"
SHA256 = "e4a9655ce0da0c0b67a085847e00a3a51449e1157f4f75e9fb5aa545e122eb85"
TARGET = Path(__file__).resolve().parent.parent / "build" / "third_party" / "json-schema-suite"
# What the tests read; the licence goes with it.
WANTED = ("LICENSE", "remotes/", "tests/draft2020-12/")


def download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--no-binary=jsonschema", "--dest", str(folder), f"jsonschema=={VERSION}"]
    subprocess.run(command, check=True)
    archive = folder / f"jsonschema-{VERSION}.tar.gz"
    if hashlib.sha256(archive.read_bytes()).hexdigest() != SHA256:
        sys.exit(f"{archive.name} is not the file we know: its SHA-256 differs")
    return archive


def unpack(archive: Path, folder: Path) -> None:
    prefix = f"jsonschema-{VERSION}/json/"
    with tarfile.open(archive) as tar:
        for member in tar:
            name = member.name.removeprefix(prefix)
            if name == member.name or not member.isfile() or not name.startswith(WANTED):
                continue
            if ".." in Path(name).parts:
                sys.exit(f"{archive.name} has the unsafe path {member.name}")
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with tar.extractfile(member) as source:
                target.write_bytes(source.read())


def main() -> None:
    stamp = TARGET / f".version-{VERSION}"
    if stamp.exists():
        return
    with tempfile.TemporaryDirectory() as scratch:
        archive = download(Path(scratch))
        shutil.rmtree(TARGET, ignore_errors=True)
        unpack(archive, TARGET)
    stamp.touch()
    print(f"the JSON Schema test suite is in {TARGET}")


if __name__ == "__main__":
    main()
