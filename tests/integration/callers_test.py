#!/usr/bin/env python3
"""Who may call davitd: API keys, from the command that makes one to the log of the call.

usage: callers_test.py FOLDER_OF_THE_PROGRAMS [TEST...]
"""

import json
import pathlib
import subprocess
import sys
import unittest

from programs import PATIENCE, TOKEN, Davitd, Sandbox

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()


def davitd_says(*arguments):
    return subprocess.run(
        [BINARIES / "davitd", *arguments], capture_output=True, text=True, timeout=PATIENCE, env={}
    )


class Callers(unittest.TestCase):
    def config(self, sandbox):
        return (
            "port: 0\nhost: 0.0.0.0\nauth: { api_keys: [env:CALLERS] }\nservers:\n  gitlab: {"
            f' connector: gitlab, url: "{sandbox.url}", token: env:GITLAB_TOKEN }}\n'
        )

    def test_a_new_key_opens_and_nothing_else_does(self):
        made = davitd_says("keys", "new", "alice")
        self.assertEqual(made.returncode, 0, made.stderr)
        key, line = made.stdout.splitlines()
        self.assertTrue(key.startswith("davit_"))
        self.assertTrue(line.startswith("alice:sha256:"))
        sandbox = Sandbox(BINARIES)
        self.addCleanup(sandbox.stop)
        davitd = Davitd(BINARIES, self.config(sandbox), {"GITLAB_TOKEN": TOKEN, "CALLERS": line})
        self.addCleanup(davitd.process.kill)
        for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}):
            answer = davitd.call("gitlab_list_projects", {}, headers=headers)
            self.assertIn("harbor/api", json.dumps(answer))
        for headers in ({}, {"Authorization": f"Bearer {key}x"}, {"X-API-Key": line}):
            response, text = davitd.http("POST", "/gitlab/mcp", headers, "{}")
            self.assertEqual(response.status, 401)
            self.assertTrue(response.getheader("WWW-Authenticate").startswith("Bearer "))
            self.assertEqual(json.loads(text)["error"]["code"], -32600)
        self.assertEqual(davitd.http("GET", "/health")[0].status, 200)
        davitd.wait_for('"msg":"tools/call"(.|\\n)*"msg":"tools/call"')
        lines = davitd.lines()
        self.assertEqual(davitd.stop(), 0)
        calls = [x for x in lines if x["msg"] == "tools/call"]
        self.assertEqual([x["principal"] for x in calls], ["alice", "alice"])
        refused = [x for x in lines if x["msg"] == "request refused"]
        self.assertEqual([x["reason"] for x in refused], ["unauthenticated"] * 3)
        self.assertNotIn(key, json.dumps(lines))

    def test_a_wrong_list_does_not_start(self):
        for callers, words in (("alice:hunter2", "line 1"), ("# nobody", "no key in the list")):
            with self.subTest(callers):
                done = subprocess.run(
                    [BINARIES / "davitd", "--port", "0", "--auth-api-keys", "env:CALLERS"],
                    capture_output=True,
                    text=True,
                    timeout=PATIENCE,
                    env={"CALLERS": callers},
                )
                self.assertEqual(done.returncode, 3)
                self.assertIn(words, done.stderr)
                self.assertNotIn("hunter2", done.stdout + done.stderr)

    def test_an_empty_flag_is_no_missing_one(self):
        for flag in ("--auth-api-keys", "--config"):
            with self.subTest(flag):
                done = davitd_says("config", flag, "")
                self.assertNotEqual(done.returncode, 0, done.stdout)

    def test_names_that_are_none(self):
        self.assertEqual(davitd_says("keys", "new", "a:b").returncode, 3)
        self.assertEqual(davitd_says("keys").returncode, 3)

    def test_the_settings_are_described(self):
        docs = davitd_says("config", "--docs")
        self.assertEqual(docs.returncode, 0)
        self.assertIn("| `auth.api_keys` |", docs.stdout)
        printed = davitd_says("config", "--limits-max-body", "8MB")
        self.assertIn("max_body: 8MB  # from flag --limits-max-body", printed.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
