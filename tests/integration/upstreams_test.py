"""Whatever an upstream does, the model reads a clear error, no secret is in it, and nothing is written
twice: every fault, for each of the five connectors.

usage: upstreams_test.py FOLDER_OF_THE_PROGRAMS
"""

import pathlib
import sys
import time
import unittest

from programs import Davitd, Sandboxes

BINARIES = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None

FAULTS = (
    "rate_limited unavailable bad_gateway server_error hang truncated html huge redirect wrong_type"
).split()

# Of each connector: a read; a write, and the read that shows whether it was done.
CALLS = {
    "gitlab": (
        ("gitlab_list_issues", {"project": "harbor/api"}),
        ("gitlab_add_comment", {"mr": "harbor/api!7"}, "body"),
        ("gitlab_list_discussions", {"mr": "harbor/api!7", "limit": 100}),
    ),
    "atlassian": (
        ("jira_search", {"jql": "project = HARB"}),
        ("jira_add_comment", {"issue": "HARB-231"}, "body"),
        ("jira_list_comments", {"issue": "HARB-231", "limit": 50}),
    ),
    "dynatrace": (
        ("dynatrace_list_problems", {}),
        ("dynatrace_add_problem_comment", {"problem": "P-26110042"}, "message"),
        ("dynatrace_get_problem", {"problem": "P-26110042"}),
    ),
    "pagerduty": (
        ("pagerduty_list_incidents", {}),
        ("pagerduty_add_incident_note", {"incident": "1042"}, "content"),
        ("pagerduty_get_incident", {"incident": "1042", "include": ["notes"]}),
    ),
    "servicenow": (
        ("servicenow_list_incidents", {}),
        ("servicenow_create_incident", {"description": "x"}, "short_description"),
        ("servicenow_list_incidents", {"limit": 5, "order": "opened"}),
    ),
}


class Upstreams(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandboxes = Sandboxes(BINARIES)
        cls.addClassCleanup(cls.sandboxes.stop)
        config = cls.sandboxes.config.replace("access: full", "access: full, timeout: 6s")
        cls.davitd = Davitd(BINARIES, f"port: 0\n{config}", cls.sandboxes.environment)
        cls.addClassCleanup(cls.davitd.stop)

    def result(self, server, tool, arguments):
        message = self.davitd.call(tool, arguments, f"/{server}/mcp")
        self.assertIn("result", message)
        result = message["result"]
        return result, "\n".join(block.get("text", "") for block in result["content"])

    def works(self, server, tool, arguments):
        result, text = self.result(server, tool, arguments)
        self.assertFalse(result.get("isError"), text[:500])
        return text

    def test_reads(self):
        hidden = ["<html", "sign_in", "nginx", *self.sandboxes.environment.values()]
        for server, (read, *_) in CALLS.items():
            sandbox = self.sandboxes.at[server]
            self.works(server, *read)
            for fault in FAULTS:
                with self.subTest(f"{server} {fault}"):
                    sandbox.reset()
                    sandbox.fault(fault, times=-1, retry_after="0")
                    begin = time.monotonic()
                    result, text = self.result(server, *read)
                    self.assertTrue(result.get("isError"), text[:200])
                    self.assertGreater(len(text), 20)
                    self.assertLess(len(text), 1000)
                    self.assertLess(time.monotonic() - begin, 15)
                    for word in hidden:
                        self.assertNotIn(word, text)
                    self.assertLessEqual(len(sandbox.requests()), 6)
                # Well again, before failures in a row close the way for a while.
                sandbox.reset()
                self.works(server, *read)

    def test_writes_are_done_once_or_not(self):
        for server, (_, write, look) in CALLS.items():
            sandbox = self.sandboxes.at[server]
            tool, arguments, field = write
            for fault in "unavailable bad_gateway server_error truncated html wrong_type".split():
                with self.subTest(f"{server} {fault}"):
                    sandbox.reset()
                    self.works(server, *look)  # what is looked up for a write is known then
                    text = f"Once, in spite of {fault}."
                    # Only what changes something: some search by POST.
                    for method in ("POST", "PUT", "PATCH"):
                        sandbox.fault(fault, times=-1, method=method)
                    result, said = self.result(server, tool, {**arguments, field: text})
                    sandbox.control("DELETE", "faults")
                    shown = self.works(server, *look)
                    is_there = fault == "truncated"  # it was done, and the answer was lost
                    self.assertEqual(shown.count(text), int(is_there), said)
                    if not is_there:
                        self.assertTrue(result.get("isError"), said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
