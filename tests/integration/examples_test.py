#!/usr/bin/env python3
"""The example servers, as a user would try them.

usage: examples_test.py FOLDER_OF_THE_PROGRAMS [TEST...]
"""

import json
import pathlib
import subprocess
import sys
import unittest

from programs import PATIENCE, Program

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
HELLO = BINARIES / "hello"


class Hello(unittest.TestCase):
    def run_davit(self, *arguments):
        return subprocess.run(
            [str(part) for part in (BINARIES / "davit", *arguments)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={"no_proxy": "*"},
        )

    def start(self, *flags, environment=None):
        server = Program([HELLO, "--port", "0", *flags], environment)
        self.addCleanup(server.stop)
        return server

    def test_over_http(self):
        server = self.start()
        url = server.wait_for(r'"url":"([^"]+)"').group(1)
        for era in ("modern", "legacy"):
            with self.subTest(era):
                done = self.run_davit("call", url, "greet", "name=Ada", "times=2", "--era", era)
                result = json.loads(done.stdout)
                self.assertEqual(result["content"][0]["text"], "Hello, Ada!\nHello, Ada!\n")
        self.assertEqual(self.run_davit("call", url, "greet", "times=10", "name=x").returncode, 1)
        self.assertEqual(server.stop(), 0)

    def test_the_address_it_says_can_be_called(self):
        server = self.start("--host", "0.0.0.0", "--auth", "none", "--base-path", "/prod/")
        url = server.wait_for(r'"url":"([^"]+)"').group(1)
        self.assertRegex(url, r"^http://127\.0\.0\.1:\d+/prod/mcp$")
        self.assertIn("Hello, Ada!", self.run_davit("call", url, "greet", "name=Ada").stdout)

    def test_the_environment_of_davitd_is_not_its_own(self):
        arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:x"
        server = self.start(environment={"SERVER_NAME": "foo", "X_SECRET_ARN": arn})
        server.wait_for('"server":"hello"')
        self.assertEqual(server.stop(), 0)

    def test_over_stdio(self):
        handshake = {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        }
        messages = [
            {"id": 1, "method": "initialize", "params": handshake},
            {"method": "notifications/initialized"},
            {"id": 2, "method": "tools/call", "params": {"name": "greet", "arguments": {"name": "Bo"}}},
            {"id": 3, "method": "resources/read", "params": {"uri": "hello://manners"}},
            {"id": 4, "method": "prompts/get", "params": {"name": "welcome", "arguments": {"name": "Bo"}}},
        ]
        done = subprocess.run(
            [str(HELLO), "--stdio"],
            input="".join(json.dumps({"jsonrpc": "2.0", **one}) + "\n" for one in messages),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = {one["id"]: one["result"] for one in map(json.loads, done.stdout.splitlines())}
        self.assertEqual(answers[2]["content"][0]["text"], "Hello, Bo!\n")
        self.assertEqual(answers[3]["contents"][0]["text"], "Greet back.\n")
        self.assertEqual(answers[4]["messages"][0]["content"]["text"], "Greet Bo warmly.")

    def test_help(self):
        done = subprocess.run([str(HELLO), "--help"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertIn("--stdio", done.stdout)
        self.assertIn("--limits-max-body", done.stdout)
        self.assertIn("DAVIT_LIMITS_MAX_BODY", done.stdout)
        wrong = subprocess.run([str(HELLO), "--port", "many"], capture_output=True, text=True)
        self.assertEqual(wrong.returncode, 3)
        self.assertIn("port", wrong.stderr)


if __name__ == "__main__":
    unittest.main()
