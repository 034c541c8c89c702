#!/usr/bin/env python3
"""The official SDK clients and the conformance fixture, in every era that each of them speaks.

usage: sdk_test.py FOLDER_OF_THE_PROGRAMS [TEST...]
"""

import pathlib
import subprocess
import sys
import unittest

from programs import Program

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NODE = ROOT / "tests/sdk/node_modules/.bin/node"
PYTHON = ROOT / "build/third_party/python-sdk/bin/python"
PATIENCE = 90  # seconds; a conversation takes about two


class SdkClients(unittest.TestCase):
    def setUp(self):
        self.fixture = Program([BINARIES / "conformance_server", "--port", "0"])
        self.url = self.fixture.wait_for(r'"url":"([^"]+)"').group(1)

    def tearDown(self):
        self.assertEqual(self.fixture.stop(), 0, "the server ends well after its sessions")

    def converse(self, *command):
        self.assertTrue(pathlib.Path(command[0]).exists(), "not installed: run make setup")
        done = subprocess.run(
            [str(part) for part in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        print(done.stdout.strip().splitlines()[-1])

    def typescript(self, *arguments):
        self.converse(NODE, ROOT / "tests/sdk/fixture.mjs", *arguments)

    def python(self, *arguments):
        self.converse(PYTHON, "-B", ROOT / "tests/sdk/fixture.py", *arguments)

    def test_typescript_v1(self):
        self.typescript("v1", "http", "2025-11-25", self.url)

    def test_typescript_v2_in_every_revision(self):
        for revision in ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"):
            with self.subTest(revision):
                self.typescript("v2", "http", revision, self.url)

    def test_python_in_both_eras(self):
        for mode in ("legacy", "modern"):
            with self.subTest(mode):
                self.python("http", mode, self.url)

    def test_http_sse(self):
        address = self.url.replace("/mcp", "/sse")
        for library, revision in (("v1", "2025-11-25"), ("v2", "2024-11-05")):
            with self.subTest(library):
                self.typescript(library, "sse", revision, address)
        self.python("sse", "legacy", address)

    def test_stdio(self):
        program = str(BINARIES / "conformance_server")
        for library, revision in (
            ("v1", "2025-11-25"),
            ("v2", "2024-11-05"),
            ("v2", "2025-06-18"),
            ("v2", "2026-07-28"),
        ):
            with self.subTest(f"{library} {revision}"):
                self.typescript(library, "stdio", revision, program)
        for mode in ("legacy", "modern"):
            with self.subTest(mode):
                self.python("stdio", mode, program)


if __name__ == "__main__":
    unittest.main()
