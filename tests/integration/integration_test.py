#!/usr/bin/env python3
"""The real programs together: davitd and davit, the sandbox, and the TypeScript SDK's clients.

usage: integration_test.py FOLDER_OF_THE_PROGRAMS [TEST...]
"""

import json
import pathlib
import subprocess
import sys
import time
import unittest

import programs
from programs import TOKEN, Davitd, Sandbox

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
SDK = pathlib.Path(__file__).resolve().parent.parent / "sdk"
MR = "harbor/api!7"


def config(url, more="", servers=""):
    return (
        f'port: 0\n{more}servers:\n  gitlab: {{ connector: gitlab, url: "{url}", '
        f"token: env:GITLAB_TOKEN, access: full, timeout: 6s }}\n{servers}"
    )


class WithDavitd(unittest.TestCase):
    """One sandbox and one davitd for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox(BINARIES)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.davitd = Davitd(
            BINARIES, config(cls.sandbox.url), {"GITLAB_TOKEN": TOKEN, "DAVIT_RELEASE": "r7"}
        )
        cls.addClassCleanup(cls.davitd.stop)

    def setUp(self):
        self.sandbox.reset()

    def writes(self):
        return [one for one in self.sandbox.requests() if one["method"] != "GET"]


class SdkClients(WithDavitd):
    def converse(self, version):
        node = SDK / "node_modules" / ".bin" / "node"
        self.assertTrue(node.exists(), "the SDK's clients are not installed: run make setup")
        done = subprocess.run(
            [node, SDK / "conversation.mjs", version, self.davitd.url(), self.sandbox.url],
            capture_output=True,
            text=True,
            timeout=60,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        print(done.stdout.strip())

    def test_the_old_client_with_a_session(self):
        self.converse("v1")

    def test_the_new_client_without_one(self):
        self.converse("v2")


class CommandLine(WithDavitd):
    def davit(self, *arguments):
        done = subprocess.run(
            [BINARIES / "davit", *arguments],
            capture_output=True,
            text=True,
            timeout=programs.PATIENCE,
            env={"no_proxy": "*"},
        )
        return done

    def test_tools_and_call_speak_both_eras(self):
        for era in (["--era", "legacy"], ["--era", "modern"], []):
            tools = self.davit("tools", *era, "--json", self.davitd.url())
            self.assertEqual(tools.returncode, 0, tools.stderr)
            names = [tool["name"] for tool in json.loads(tools.stdout)]
            self.assertIn("gitlab_list_merge_requests", names)
            called = self.davit(
                "call", *era, self.davitd.url(), "gitlab_list_merge_requests", "project=harbor/api"
            )
            self.assertEqual(called.returncode, 0, called.stderr)
            self.assertIn("harbor/api!7", called.stdout)

    def test_what_fails_says_so(self):
        typo = self.davit("call", self.davitd.url(), "gitlab_list_merge_request", "project=a/b")
        self.assertEqual(typo.returncode, 3)
        self.assertIn("did you mean 'gitlab_list_merge_requests'?", typo.stderr)
        missing = self.davit("call", self.davitd.url(), "gitlab_get_merge_request", "mr=a/b!1")
        self.assertEqual(missing.returncode, 1, missing.stderr)
        nobody = self.davit("tools", "http://127.0.0.1:9/mcp")
        self.assertEqual(nobody.returncode, 1)


class Process(unittest.TestCase):
    """How davitd is started, what it says, and how it ends."""

    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox(BINARIES)
        cls.addClassCleanup(cls.sandbox.stop)

    def test_environment_variables_alone(self):
        davitd = Davitd(
            BINARIES,
            environment={"GITLAB_TOKEN": TOKEN, "GITLAB_API_URL": self.sandbox.url, "PORT": "0"},
        )
        self.addCleanup(davitd.process.kill)
        for path in ("/gitlab/mcp", "/gitlab", "/mcp/gitlab", "/mcp", "/mcp/"):
            answer = davitd.call("gitlab_list_projects", {}, path)
            self.assertIn("harbor/api", json.dumps(answer), path)
        refused = davitd.call("gitlab_add_comment", {"mr": MR, "body": "no"})
        self.assertIn("error", refused, "read-only unless something else is said")
        self.assertFalse([one for one in self.sandbox.requests() if one["method"] != "GET"])
        self.assertEqual(davitd.stop(), 0)

    def test_all_servers_in_one_variable(self):
        servers = {
            name: {"connector": "gitlab", "url": self.sandbox.url, "token": "env:GITLAB_TOKEN"}
            for name in ("first", "second")
        }
        davitd = Davitd(
            BINARIES,
            environment={
                "DAVIT_SERVERS": json.dumps(servers),
                "GITLAB_TOKEN": TOKEN,
                "DAVIT_PORT": "0",
            },
        )
        self.addCleanup(davitd.process.kill)
        for name in servers:
            answer = davitd.call("gitlab_list_projects", {}, f"/{name}/mcp")
            self.assertIn("harbor/api", json.dumps(answer), name)
        self.assertEqual(davitd.stop(), 0)

    def test_health_by_the_program_itself(self):
        davitd = Davitd(BINARIES, environment={"GITLAB_TOKEN": TOKEN, "DAVIT_PORT": "0"})
        self.addCleanup(davitd.process.kill)

        def ask():
            return subprocess.run(
                [BINARIES / "davitd", "health"],
                capture_output=True,
                text=True,
                timeout=programs.PATIENCE,
                env={"DAVIT_PORT": str(davitd.port), "DAVIT_HOST": "0.0.0.0", "DAVIT_AUTH": "none"},
            )

        well = ask()
        self.assertEqual(well.returncode, 0, well.stderr)
        self.assertEqual(json.loads(well.stdout)["status"], "healthy")
        self.assertEqual(davitd.stop(), 0)
        gone = ask()
        self.assertEqual(gone.returncode, 1, gone.stdout)
        self.assertIn("davitd: ", gone.stderr)

    def test_a_broken_server_beside_a_good_one(self):
        broken = "  dull: { connector: gitlab, token: env:NOT_SET }\n  odd: { connector: nothing }\n"
        davitd = Davitd(
            BINARIES,
            config(self.sandbox.url, servers=broken),
            {"GITLAB_TOKEN": TOKEN, "DAVIT_RELEASE": "r7"},
        )
        self.addCleanup(davitd.process.kill)
        response, text = davitd.http("GET", "/health")
        self.assertEqual(response.status, 200)
        self.assertEqual(response.getheader("Davit-Release"), "r7")
        health = json.loads(text)
        states = {name: one["status"] for name, one in health["servers"].items()}
        self.assertEqual(states, {"gitlab": "healthy", "dull": "broken", "odd": "broken"})
        self.assertEqual(health["release"], "r7")
        self.assertEqual(davitd.http("GET", "/gitlab/health")[0].status, 200)
        self.assertEqual(davitd.http("GET", "/dull/health")[0].status, 503)
        response, text = davitd.http("POST", "/dull/mcp", {}, "{}")
        self.assertEqual(response.status, 503)
        self.assertIn("NOT_SET", json.loads(text)["error"]["message"])
        self.assertEqual(davitd.http("POST", "/mcp", {}, "{}")[0].status, 404)
        self.assertIn("harbor/api", json.dumps(davitd.call("gitlab_list_projects", {})))
        self.assertEqual(davitd.stop(), 0)

    def test_log_lines_have_their_fields(self):
        davitd = Davitd(BINARIES, config(self.sandbox.url), {"GITLAB_TOKEN": TOKEN})
        self.addCleanup(davitd.process.kill)
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        davitd.call(
            "gitlab_list_projects",
            {},
            headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "X-Request-Id": "mine-1"},
        )
        davitd.call("gitlab_get_project", {"project": "no/such"})
        session = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t"}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": session}
        response, _ = davitd.http(
            "POST", "/gitlab/mcp", {"Content-Type": "application/json"}, json.dumps(body)
        )
        token = response.getheader("Mcp-Session-Id")
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        davitd.http(
            "POST",
            "/gitlab/mcp",
            {"Content-Type": "application/json", "Mcp-Session-Id": token},
            json.dumps(ping),
        )
        davitd.wait_for('"msg":"ping"')
        lines = davitd.lines()
        calls = [line for line in lines if line["msg"] == "tools/call"]
        fields = "ts level msg request_id trace_id session server tool principal duration_ms outcome"
        for line in calls:
            self.assertLessEqual(set(fields.split()) | {"bytes"}, set(line))
        self.assertEqual(calls[0]["request_id"], "mine-1")
        self.assertEqual(calls[0]["trace_id"], trace)
        self.assertEqual(calls[0]["server"], "gitlab")
        self.assertEqual(calls[0]["principal"], "anonymous")
        self.assertEqual([line["outcome"] for line in calls], ["ok", "tool_error"])
        self.assertTrue(next(line for line in lines if line["msg"] == "ping")["session"])
        self.assertNotIn(token, davitd.text())
        self.assertEqual(davitd.stop(), 0)

    def test_a_wrong_configuration_does_not_start(self):
        done = subprocess.run(
            [BINARIES / "davitd", "--config", "/nonexistent.yaml"], capture_output=True, text=True
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("/nonexistent.yaml", done.stderr)


class Faults(WithDavitd):
    """Whatever the upstream does, the model reads a clear error and nothing is written twice."""

    def test_reads(self):
        hidden = ["<html", "sign_in", TOKEN, "nginx"]
        for fault in (
            "rate_limited unavailable bad_gateway server_error hang truncated html huge redirect"
            " wrong_type"
        ).split():
            with self.subTest(fault):
                self.sandbox.reset()
                self.sandbox.fault(fault, times=-1, retry_after="0")
                begin = time.monotonic()
                result, text = self.davitd.result("gitlab_list_projects", {})
                took = time.monotonic() - begin
                self.assertTrue(result.get("isError"), text[:200])
                self.assertGreater(len(text), 20)
                self.assertLess(len(text), 1000)
                self.assertLess(took, 15)
                for word in hidden:
                    self.assertNotIn(word, text)
                self.assertLessEqual(len(self.sandbox.requests()), 5)
                # Well again, before failures in a row close the way for a while.
                self.sandbox.reset()
                result, text = self.davitd.result("gitlab_list_projects", {})
                self.assertFalse(result.get("isError"), text)

    def test_a_passing_fault_is_not_noticed(self):
        for fault in ("rate_limited", "unavailable"):
            with self.subTest(fault):
                self.sandbox.reset()
                self.sandbox.fault(fault, times=1, retry_after="0")
                result, text = self.davitd.result("gitlab_list_projects", {})
                self.assertFalse(result.get("isError"), text)
                self.assertEqual(len(self.sandbox.requests()), 2)

    def test_writes_are_sent_once(self):
        for fault in "unavailable bad_gateway server_error hang truncated html huge wrong_type".split():
            with self.subTest(fault):
                self.sandbox.reset()
                self.sandbox.fault(fault, times=-1, method="POST")
                comment = f"Once, in spite of {fault}."
                result, text = self.davitd.result("gitlab_add_comment", {"mr": MR, "body": comment})
                self.assertEqual(len(self.writes()), 1)
                self.sandbox.control("DELETE", "faults")
                _, threads = self.davitd.result("gitlab_list_discussions", {"mr": MR, "limit": 100})
                is_there = fault == "truncated"  # the write was done, the answer was lost
                self.assertEqual(threads.count(comment), int(is_there))
                if fault != "hang":
                    self.assertTrue(result.get("isError") or fault == "truncated", text)

    def test_a_refused_write_is_sent_again_but_done_once(self):
        self.sandbox.fault("rate_limited", times=1, method="POST", retry_after="0")
        result, text = self.davitd.result("gitlab_add_comment", {"mr": MR, "body": "Only once."})
        _, threads = self.davitd.result("gitlab_list_discussions", {"mr": MR, "limit": 100})
        self.assertEqual(threads.count("Only once."), 0 if result.get("isError") else 1, text)
        self.assertLessEqual(len(self.writes()), 2)

    def test_a_call_that_hangs_is_stopped_and_lets_go(self):
        self.sandbox.fault("hang", times=-1)
        begin = time.monotonic()
        result, text = self.davitd.result("gitlab_list_projects", {})
        self.assertLess(time.monotonic() - begin, 15)
        self.assertTrue(result["isError"])
        for _ in range(100):
            if all(one["client_gone"] for one in self.sandbox.requests()):
                break
            time.sleep(0.05)
        self.assertTrue(all(one["client_gone"] for one in self.sandbox.requests()))

    def test_hostile_arguments_reach_nothing(self):
        cases = [
            ("gitlab_get_project", {"project": "../../../etc"}),
            ("gitlab_get_project", {"project": "harbor/../../users"}),
            ("gitlab_get_project", {"project": "harbor%2F..%2Fapi"}),
            ("gitlab_get_project", {"project": "..%2f..%2fusers"}),
            ("gitlab_get_project", {"project": "harbor/api?private_token=x"}),
            ("gitlab_get_project", {"project": "harbor/api#"}),
            ("gitlab_get_project", {"project": "http://169.254.169.254/latest/meta-data"}),
            ("gitlab_get_merge_request", {"mr": "../1", "project": "harbor/api"}),
            ("gitlab_get_merge_request", {"mr": "https://evil.example/a/b/-/merge_requests/1"}),
            ("gitlab_get_merge_request", {"mr": "7/notes", "project": "harbor/api"}),
            ("gitlab_get_job_log", {"job": "1/../../../users", "project": "harbor/api"}),
            ("gitlab_get_file", {"project": "harbor/api", "path": "../../../etc/passwd"}),
            ("gitlab_get_file", {"project": "harbor/api", "path": "README.md", "ref": "../main"}),
            ("gitlab_get_project", {"project": "a\r\nX-Evil: 1"}),
            ("gitlab_get_project", {"project": ""}),
        ]
        for tool, arguments in cases:
            with self.subTest(arguments=arguments):
                self.sandbox.control("POST", "reset")
                result, text = self.davitd.result(tool, arguments)
                self.assertTrue(result.get("isError"), text[:300])
                for one in self.sandbox.requests():
                    path = one["target"].split("?")[0]
                    self.assertTrue(path.startswith("/api/v4/projects/"), path)
                    self.assertNotIn("/..", path)
                    self.assertNotIn("../", path)


class Secrets(unittest.TestCase):
    """Runs last: nothing that was said above contains the token."""

    def test_no_token_was_ever_said(self):
        if len(programs.said) < 10:
            self.skipTest("only with the other tests")
        for text in programs.said:
            self.assertNotIn(TOKEN, text)


def load_tests(loader, _tests, _pattern):
    suite = unittest.TestSuite()
    for case in (SdkClients, CommandLine, Process, Faults, Secrets):
        suite.addTests(loader.loadTestsFromTestCase(case))
    return suite


if __name__ == "__main__":
    unittest.main(verbosity=2)
