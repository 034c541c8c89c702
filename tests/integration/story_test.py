"""The five sandboxes, one davitd with all connectors, and real MCP clients that walk from the page to
the post-mortem: writes show up in later reads, across all services.

usage: story_test.py FOLDER_OF_THE_PROGRAMS
"""

import json
import pathlib
import subprocess
import sys
import unittest

from programs import Davitd, Sandboxes

SDK = pathlib.Path(__file__).resolve().parent.parent / "sdk"
BINARIES = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None
NAMES = ("gitlab", "atlassian", "dynatrace", "pagerduty", "servicenow")


class Story(unittest.TestCase):
    def setUp(self):
        self.sandboxes = Sandboxes(BINARIES)
        self.addCleanup(self.sandboxes.stop)

    def davitd(self, config=""):
        started = Davitd(
            BINARIES, f"port: 0\n{config}{self.sandboxes.config}", self.sandboxes.environment
        )
        self.addCleanup(started.stop)
        return started

    def test_real_clients_walk_from_the_page_to_the_post_mortem(self):
        node = SDK / "node_modules" / ".bin" / "node"
        self.assertTrue(node.exists(), "the SDK's clients are not installed: run make setup")
        for version in ("v2", "v1"):
            if version == "v1":
                self.sandboxes.stop()
                self.sandboxes = Sandboxes(BINARIES)
                self.addCleanup(self.sandboxes.stop)
            davitd = self.davitd("merged: true\n")
            done = subprocess.run(
                [node, SDK / "story.mjs", version, davitd.url("/mcp")],
                capture_output=True,
                text=True,
                timeout=120,
            )
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            print(done.stdout.strip())

    def test_every_server_has_all_its_addresses_and_the_health_page_shows_all(self):
        davitd = self.davitd("merged: true\nserver_ports: 0\n")
        for name in NAMES:
            for path in (f"/{name}/mcp", f"/{name}", f"/mcp/{name}"):
                self.assertTrue(davitd.tools(path), path)
        ports = {
            line["server"]: line["port"]
            for line in davitd.lines()
            if line["msg"] == "server has a port"
        }
        self.assertEqual(sorted(ports), sorted(NAMES))
        merged = {tool["name"] for tool in davitd.tools("/mcp")}
        for name in NAMES:
            own = {tool["name"] for tool in davitd.tools("/mcp", port=ports[name])}
            self.assertEqual(own, {tool["name"] for tool in davitd.tools(f"/{name}/mcp")})
            self.assertLessEqual(own, merged)
        response, body = davitd.http("GET", "/health")
        self.assertEqual(response.status, 200)
        states = {name: one["status"] for name, one in json.loads(body)["servers"].items()}
        self.assertEqual(states, {name: "healthy" for name in NAMES})

    def test_a_broken_server_leaves_the_others_up(self):
        broken = self.sandboxes.config.replace("env:DYNATRACE_TOKEN", "env:NOT_THERE").replace(
            "connector: pagerduty, ", "connector: pagerduty, toolsets: [incidentz], "
        )
        davitd = Davitd(
            BINARIES, f"port: 0\nmerged: true\n{broken}", self.sandboxes.environment
        )
        self.addCleanup(davitd.stop)
        _, body = davitd.http("GET", "/health")
        servers = json.loads(body)["servers"]
        self.assertIn("NOT_THERE", servers["dynatrace"]["error"])
        self.assertIn("did you mean 'incidents'", servers["pagerduty"]["error"])
        names = {tool["name"].split("_")[0] for tool in davitd.tools("/mcp")}
        self.assertEqual(names, {"gitlab", "atlassian", "jira", "confluence", "servicenow"})
        self.assertEqual(davitd.http("POST", "/dynatrace/mcp", {}, "{}")[0].status, 503)


if __name__ == "__main__":
    unittest.main(verbosity=2)
