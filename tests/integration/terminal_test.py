"""`davit deploy` and the other commands on a terminal: what they write to it, its resizes, Ctrl-C, and
what a manifest says that only a new `davit up` brings about.

usage: terminal_test.py FOLDER_OF_THE_PROGRAMS
"""

import contextlib
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

from cluster import free_port
from programs import PATIENCE, TOKEN, Program, Sandbox

BINARIES = pathlib.Path(sys.argv.pop(1)) if len(sys.argv) > 1 else None
ESCAPE = re.compile(r"\x1b\[[?0-9;]*[A-Za-z]")


class Terminal:
    """A command on a terminal of its own."""

    def __init__(self, command, environment, columns=80, rows=24):
        self.text = ""
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            # The size is there before the command looks.
            self.descriptor = sys.stderr.fileno()
            self.resize(columns, rows)
            os.execvpe(command[0], command, environment)

    def resize(self, columns, rows):
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, size)

    def read(self, seconds):
        """What it writes within so much time; nothing at its end."""
        ready, _, _ = select.select([self.descriptor], [], [], seconds)
        with contextlib.suppress(OSError):
            if ready and (data := os.read(self.descriptor, 65536)):
                self.text += data.decode()
                return data.decode()
        return "" if ready else " "

    def wait_for(self, pattern, since=0):
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.text[since:]):
            assert time.monotonic() < end, f"no {pattern!r} in {self.text[since:]!r}"
            assert self.read(0.1), f"ended without {pattern!r}: {self.text!r}"

    def press(self, keys):
        os.write(self.descriptor, keys)

    def wait(self):
        """Its exit code."""
        end = time.monotonic() + PATIENCE
        while self.read(0.1):
            assert time.monotonic() < end, f"it goes on: {self.text!r}"
        _, status = os.waitpid(self.pid, 0)
        os.close(self.descriptor)
        return os.waitstatus_to_exitcode(status)


class OnATerminal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="davit-terminal-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.sandbox = Sandbox(BINARIES)
        cls.addClassCleanup(cls.sandbox.stop)
        cls.port = free_port()
        cls.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(cls.folder),
            "GITLAB_TOKEN": TOKEN,
            "TERM": "xterm",
            "no_proxy": "*",
        }
        cls.write({})
        cls.up = Program(cls.command("up"), cls.environment)
        cls.addClassCleanup(cls.up.stop)
        cls.up.wait_for("serves everything")

    @classmethod
    def write(cls, local):
        server = {"connector": "gitlab", "url": cls.sandbox.url, "token": "env:GITLAB_TOKEN"}
        manifest = {
            "name": "shop",
            "target": "local",
            "servers": {"gitlab": server},
            "auth": "none",
            "local": {"port": cls.port, "program": str(BINARIES / "davitd"), **local},
        }
        for key in ("bake", "step_bake", "drain"):
            manifest["local"].setdefault(key, "2s")
        # JSON is YAML, but durations are no texts.
        text = re.sub(r'"(\d+s)"', r"\1", json.dumps(manifest))
        (cls.folder / "davit.yaml").write_text(text)

    @classmethod
    def command(cls, verb, *more):
        return [str(BINARIES / "davit"), verb, "--file", str(cls.folder / "davit.yaml"), *more]

    def terminal(self, verb, *more, columns=80, **environment):
        environment = {**self.environment, **environment}
        return Terminal(self.command(verb, *more), environment, columns)

    def run_here(self, verb, *more):
        return subprocess.run(
            self.command(verb, *more), capture_output=True, text=True, env=self.environment
        )

    def expect_lines_of(self, text, columns):
        for line in ESCAPE.sub("", text).replace("\r", "").split("\n"):
            self.assertLessEqual(len(line), columns, line)

    def test_the_block_follows_the_size_of_its_terminal(self):
        terminal = self.terminal("deploy", "--strategy", "canary", "--percent", "50")
        terminal.wait_for(r"\[x\] gate")
        self.expect_lines_of(terminal.text, 80)
        terminal.resize(36, 24)
        terminal.wait_for(r"step \d of 2\r\n(.*\r\n)+.*step \d of 2", len(terminal.text))
        # What it was about to write at the moment is of the old size.
        since = terminal.text.rindex("\x1b[?7l")
        self.assertEqual(terminal.wait(), 0)
        self.expect_lines_of(terminal.text[since:], 36)
        self.assertRegex(terminal.text, r"serves\r\n  everything\r\n$")
        self.assertEqual(terminal.text.count("\x1b[?7l"), terminal.text.count("\x1b[?7h"))
        self.assertNotIn("\x1b[?25l", terminal.text, "the cursor is never hidden")

    def test_control_c_leaves_the_terminal_as_it_was_and_the_release_going_on(self):
        terminal = self.terminal("deploy", "--strategy", "canary")
        terminal.wait_for(r"\[>\] bake")
        terminal.press(b"\x03")
        self.assertEqual(terminal.wait(), 130)
        last = terminal.text[terminal.text.rindex("\x1b[?7l") :]
        self.assertRegex(last, r"^\x1b\[\?7l\x1b\[\d+F\x1b\[J\x1b\[\?7h", "the block is taken away")
        self.assertIn("nothing was cancelled", last)
        waited = self.run_here("wait")
        self.assertEqual(waited.returncode, 0, waited.stderr)

    def test_a_terminal_that_cannot_redraw_gets_lines(self):
        for name, value in (("TERM", "dumb"), ("TERM", "")):
            terminal = self.terminal("deploy", **{name: value})
            self.assertEqual(terminal.wait(), 0, terminal.text)
            self.assertNotIn("\x1b", terminal.text)
            self.assertIn("0 s  starting the tasks", terminal.text)
        for name, has_colours in (("NO_COLOR", False), ("SOME_OTHER", True)):
            terminal = self.terminal("status", **{name: "1"})
            self.assertEqual(terminal.wait(), 0, terminal.text)
            self.assertEqual("\x1b[32mhealthy" in terminal.text, has_colours, terminal.text)

    def test_what_only_davit_up_reads_is_told(self):
        same = self.run_here("diff", "--exit-code")
        self.assertEqual(same.returncode, 0, same.stdout + same.stderr)
        self.assertIn("no differences", same.stdout)
        self.addCleanup(self.write, {})
        self.write({"port": free_port(), "drain": "3s"})
        changed = self.run_here("diff", "--exit-code", "--json")
        self.assertEqual(changed.returncode, 2, changed.stderr)
        keys = [change["key"] for change in json.loads(changed.stdout)["needs_up"]]
        self.assertEqual(keys, ["local.port", "local.drain"])
        deployed = self.run_here("deploy")
        self.assertEqual(deployed.returncode, 0, deployed.stderr)
        for key in keys:
            self.assertRegex(deployed.stderr, f"(?m)^note: {key} is .*`davit up( --file \\S+)?` again$")
        # Of the settings that davitd itself has, the release has brought its own.
        changed = json.loads(self.run_here("diff", "--json").stdout)
        self.assertEqual(changed["changes"], [])


if __name__ == "__main__":
    unittest.main()
