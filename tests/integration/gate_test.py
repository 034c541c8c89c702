#!/usr/bin/env python3
"""`davit smoke` and `davit diff` against servers that we did not write, good and broken.

usage: gate_test.py FOLDER_OF_THE_PROGRAMS [TEST...]

A peer that is not installed is said and left out: `bench/peers/setup everything fastmcp`.
"""

import http.client
import http.server
import json
import os
import pathlib
import pty
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

from programs import PATIENCE, Davitd, Program, Sandbox

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PEERS = ROOT / "build/peers"
NODE = ROOT / "tests/sdk/node_modules/.bin/node"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def davit(*arguments):
    return subprocess.run(
        [str(part) for part in (BINARIES / "davit", *arguments)],
        capture_output=True,
        text=True,
        timeout=90,
        env={"PATH": os.environ["PATH"], "no_proxy": "*"},
    )


class Broken(http.server.ThreadingHTTPServer):
    """Stands before a server and breaks its answers in one way."""

    daemon_threads = True

    def __init__(self, upstream, fault):
        super().__init__(("127.0.0.1", 0), Between)
        self.upstream, self.fault = upstream, fault
        self.over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/mcp"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.over.set()
        self.shutdown()
        self.server_close()


class Between(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):
        pass

    def answer(self, status, kind, body, more=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in more:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        method = json.loads(body).get("method") if body else None
        fault = self.server.fault
        if fault == "html" and method:
            return self.answer(200, "text/html", b"<html><body>Welcome to nginx!</body></html>")
        if fault == "hang" and method == "tools/list":
            self.server.over.wait(PATIENCE)
            self.close_connection = True
            return None
        if fault == "initialize" and method == "initialize":
            error = {"code": -32603, "message": "database is down"}
            message = {"jsonrpc": "2.0", "id": json.loads(body)["id"], "error": error}
            return self.answer(200, "application/json", json.dumps(message).encode())
        port = self.server.upstream
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "connection")}
        headers["Host"] = f"127.0.0.1:{port}"
        if method is None and self.command == "GET":
            return self.answer(405, "text/plain", b"")
        connection.request(self.command, self.path, body, headers)
        response = connection.getresponse()
        text = response.read()
        if fault == "tool" and method == "tools/list":
            text = text.replace(b'"name":"echo"', b'"name":"echo_2"')
        kept = [
            (name, value)
            for name, value in response.getheaders()
            if name.lower() == "mcp-session-id"
        ]
        if fault == "build":
            kept.append(("Davit-Release", "old"))
        self.answer(response.status, response.getheader("Content-Type", ""), text, kept)
        connection.close()

    do_GET = do_POST = do_DELETE = pass_on


class Peers(unittest.TestCase):
    def wait_for_port(self, program, port):
        end = time.monotonic() + 3 * PATIENCE
        while time.monotonic() < end:
            self.assertIsNone(program.process.poll(), program.text())
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        self.fail(f"it does not listen:\n{program.text()}")

    def start(self, command, environment, port):
        if missing := [part for part in command[:2] if not pathlib.Path(part).exists()]:
            self.skipTest(f"left out, {missing[0]} is not installed: bench/peers/setup")
        program = Program(command, environment)
        program.is_ours = False
        self.addCleanup(program.stop)
        self.wait_for_port(program, port)
        return port

    def everything(self):
        script = PEERS / "everything/node_modules/@modelcontextprotocol/server-everything/dist/index.js"
        port = free_port()
        return self.start([NODE, script, "streamableHttp"], {"PORT": str(port)}, port)

    def fastmcp(self):
        port = free_port()
        folder = PEERS / "fastmcp"
        command = [folder / "venv/bin/python", folder / "server.py", port, "session", "sse"]
        return self.start(command, {"HOME": tempfile.gettempdir()}, port)

    def smoke(self, url, *arguments):
        done = davit("smoke", url, "--json", "--timeout", "2", *arguments)
        self.assertIn(done.returncode, (0, 4), done.stdout + done.stderr)
        report = json.loads(done.stdout)
        self.assertEqual(report["passed"], done.returncode == 0)
        return report

    def check_peer(self, port, call):
        url = f"http://127.0.0.1:{port}/mcp"
        report = self.smoke(url, "--call", call, "--expect", "hello gate")
        self.assertTrue(report["passed"], report)
        outcome = {check["name"]: check["outcome"] for check in report["checks"]}
        self.assertEqual(outcome["initialize"], "ok", report)
        self.assertEqual(outcome["tools/list"], "ok", report)
        self.assertEqual(outcome["call echo"], "ok", report)
        print(f"{port}:", *(f"{check['name']}: {check['detail']};" for check in report["checks"]))

        causes = {
            "html": "it answered 200 with text/html and no MCP message: <html>",
            "hang": "tools/list: no answer within 2 s",
            "initialize": "initialize: the server answered error -32603: database is down",
            "tool": "call echo: no server has such a tool",
            "build": "came from the build 'old', and not from 'new'",
        }
        for fault, cause in causes.items():
            with self.subTest(fault), Broken(port, fault) as broken:
                more = ["--release", "new"] if fault == "build" else []
                report = self.smoke(broken.url, "--call", call, *more)
                self.assertFalse(report["passed"], report)
                failures = [
                    f"{check['name']}: {check['detail']}"
                    for check in report["checks"]
                    if check["outcome"] == "failed"
                ]
                self.assertTrue(any(cause in failure for failure in failures), failures)

        with Broken(port, "") as whole, Broken(port, "tool") as broken:
            self.assertTrue(self.smoke(whole.url, "--call", call)["passed"])
            done = davit("diff", url, broken.url, "--exit-code")
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            self.assertIn("! echo: the tool is gone", done.stdout)
            self.assertIn("+ echo_2: the tool is new", done.stdout)
            self.assertEqual(davit("diff", url, whole.url, "--exit-code").stdout, "no changes\n")

    def test_everything(self):
        self.check_peer(self.everything(), "echo 'message=hello gate'")

    def test_fastmcp(self):
        self.check_peer(self.fastmcp(), "echo 'text=hello gate'")


class Ours(unittest.TestCase):
    def setUp(self):
        self.sandbox = Sandbox(BINARIES)
        self.addCleanup(self.sandbox.stop)
        environment = {
            "SERVER_NAME": "gitlab",
            "PORT": "0",
            "GITLAB_API_URL": self.sandbox.url,
            "GITLAB_TOKEN": "sandbox-token",
            "DAVIT_RELEASE": "r7",
        }
        self.davitd = Davitd(BINARIES, environment=environment)
        self.addCleanup(self.davitd.stop)

    def test_a_release_of_ours_passes(self):
        health = ["--health", self.davitd.url("/health")]
        done = davit("smoke", self.davitd.url(), *health, "--release", "r7")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("r7, in", done.stdout)
        self.assertNotIn("\033", done.stdout, "no colours where there is no terminal")
        done = davit("smoke", self.davitd.url(), *health, "--release", "r8")
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)

    def test_plain_requests_of_scripts_pass(self):
        """Word for word what a hook of a blue/green deployment sends."""
        with urllib.request.urlopen(self.davitd.url("/health"), timeout=10) as page:
            self.assertEqual(json.loads(page.read())["status"], "healthy")
        payload = {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2024-11-05",
                "capabilities": {},
                "clientInfo": {"name": "smoke-test", "version": "1.0"},
            },
        }
        request = urllib.request.Request(
            self.davitd.url(),
            data=json.dumps(payload).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=15) as response:
            self.assertIn("result", json.loads(response.read()))

    def test_a_terminal_gets_colours(self):
        ours, theirs = pty.openpty()
        done = subprocess.run(
            [BINARIES / "davit", "smoke", self.davitd.url()], stdout=theirs, timeout=60
        )
        os.close(theirs)
        shown = os.read(ours, 65536).decode()
        os.close(ours)
        self.assertEqual(done.returncode, 0, shown)
        self.assertIn("\033[32mok", shown)
        print(shown)

    def test_diff_reads_files(self):
        with tempfile.TemporaryDirectory() as folder:
            before, after = pathlib.Path(folder, "before.json"), pathlib.Path(folder, "after.json")
            tool = {"name": "t", "inputSchema": {"type": "object", "properties": {"a": {}}}}
            before.write_text(json.dumps([tool]))
            tool = {"name": "t", "inputSchema": {**tool["inputSchema"], "required": ["a"]}}
            after.write_text(json.dumps({"jsonrpc": "2.0", "id": 1, "result": {"tools": [tool]}}))
            done = davit("diff", before, after)
            self.assertEqual((done.returncode, done.stdout), (0, "! t: argument `a`: is required now\n"))
            done = davit("diff", before, after, "--json", "--exit-code")
            self.assertEqual(done.returncode, 2)
            self.assertTrue(json.loads(done.stdout)["breaking"])
            self.assertEqual(davit("diff", before, folder + "/none").returncode, 1)
            after.write_text("{}")
            self.assertIn("has no tools", davit("diff", before, after).stderr)


if __name__ == "__main__":
    unittest.main()
