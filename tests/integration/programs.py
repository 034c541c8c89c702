"""Starts davitd and the sandbox on free ports, talks to them, and stops them by pid."""

import http.client
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time

TOKEN = "sandbox-token"
PATIENCE = 20  # seconds; far more than anything should take
MODERN = "2026-07-28"

# Everything that davitd ever said in this run: answers and log lines, for the search for secrets.
said = []


class Program:
    """A child process whose stderr goes to a file."""

    is_ours = True  # false for what says its token to everybody, as the sandboxes do

    def __init__(self, command, environment=None):
        kept = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS") if name in os.environ}
        self.output = tempfile.NamedTemporaryFile(prefix="davit-", suffix=".log")
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdout=self.output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**kept, "no_proxy": "*", **(environment or {})},
        )

    def text(self):
        return pathlib.Path(self.output.name).read_text()

    def lines(self):
        """The log lines so far that are whole."""
        return [json.loads(line) for line in self.text().splitlines() if line.startswith("{")]

    def wait_for(self, pattern):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if found := re.search(pattern, self.text(), re.M):
                return found
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"no {pattern!r} in:\n{self.text()}")

    def stop(self):
        """SIGTERM; answers the exit code. What it said is kept. May be called again."""
        if self.output.closed:
            return self.process.returncode
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        if self.is_ours:
            said.append(self.text())
        self.output.close()
        return code


class Controlled:
    """The control of a sandbox that listens on `port`."""

    def control(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(method, "/_sandbox/" + path, body and json.dumps(body))
        response = connection.getresponse()
        text = response.read()
        connection.close()
        assert response.status < 300, (response.status, text)
        return json.loads(text) if text else None

    def fault(self, name, **rule):
        self.control("POST", "faults", {"fault": name, **rule})

    def requests(self):
        return self.control("GET", "requests")["requests"]

    def reset(self):
        self.control("POST", "reset")


class Sandbox(Program, Controlled):
    """GitLab's alone."""

    is_ours = False

    def __init__(self, binaries):
        super().__init__([binaries / "davitd", "sandbox", "gitlab", "--port", "0"])
        self.url = self.wait_for(r"^gitlab +(http://\S+)").group(1)
        self.port = int(re.search(r":(\d+)/", self.url).group(1))


class OneOfAll(Controlled):
    def __init__(self, port):
        self.port = port


class Sandboxes(Program):
    """All five; `config` is the `servers:` block of davitd for them, `at` has each by name."""

    is_ours = False

    def __init__(self, binaries):
        super().__init__([binaries / "davitd", "sandbox", "--port", "0", "--config"])
        self.wait_for(r"^  servicenow:.*$")
        self.config = self.text()
        self.environment = dict(re.findall(r"# (\w+_TOKEN)=(\S+)", self.config))
        places = re.findall(r'^  (\w+):.*url: "http://127.0.0.1:(\d+)', self.config, re.M)
        self.at = {name: OneOfAll(int(port)) for name, port in places}


class Davitd(Program):
    """With a configuration, or with environment variables alone."""

    def __init__(self, binaries, config=None, environment=None):
        command = [binaries / "davitd"]
        if config:
            file = tempfile.NamedTemporaryFile("w", prefix="davit-", suffix=".yaml")
            file.write(config)
            file.flush()
            command += ["--config", file.name]
        super().__init__(command, environment)
        self.wait_for('"msg":"listening"')
        if config:
            file.close()
        self.port = next(line["port"] for line in self.lines() if line["msg"] == "listening")

    def url(self, path="/gitlab/mcp"):
        return f"http://127.0.0.1:{self.port}{path}"

    def http(self, method, path, headers=None, body=None, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        said.append(text + str(response.getheaders()))
        return response, text

    def call(self, tool, arguments, path="/gitlab/mcp", headers=None):
        """The answer to a tools/call of 2026-07-28, as a JSON-RPC message."""
        params = {"name": tool, "arguments": arguments}
        return self.ask("tools/call", params, path, {"Mcp-Name": tool, **(headers or {})})

    def ask(self, method, params, path, headers=None, port=None):
        meta = {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
        fields = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "MCP-Protocol-Version": MODERN,
            "Mcp-Method": method,
        }
        fields |= headers or {}
        _, text = self.http("POST", path, fields, json.dumps(message), port)
        return json.loads(text)

    def tools(self, path, port=None):
        """All tools of a server, over its pages."""
        listed, cursor = [], {}
        while True:
            result = self.ask("tools/list", cursor, path, port=port)["result"]
            listed += result["tools"]
            if not (following := result.get("nextCursor")):
                return listed
            cursor = {"cursor": following}

    def result(self, tool, arguments):
        """The result of a call, which must not be a protocol error, and its text."""
        message = self.call(tool, arguments)
        assert "result" in message, message
        result = message["result"]
        return result, "\n".join(block["text"] for block in result["content"])
