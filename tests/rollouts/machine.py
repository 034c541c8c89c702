"""A deployment on this machine: `davit up` with a sandbox and a store beside it, in a folder of its
own, and the commands that are given to it."""

import contextlib
import dataclasses
import datetime
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

from cluster import Redis, free_port, make_keys
from kinds import KINDS, manifest
from load import Target
from programs import PATIENCE, TOKEN, Program, Sandbox

GOOD = KINDS[0]
LONGEST = 180  # seconds of one command
ENDS = ("done", "refused", "rolled_back", "failed")


class Up(Program):
    """The supervisor."""

    def __init__(self, machine):
        command = [machine.davit, "up", *machine.place]
        super().__init__(command, machine.environment)


@dataclasses.dataclass
class Line:
    at: float
    what: str
    state: dict

    @property
    def stage(self):
        return self.state.get("stage", "")


class Journal:
    """What the journal of a release tells."""

    def __init__(self, file):
        self.file = file
        text = file.read_text() if file.exists() else ""
        # What stands behind the last line break is still being written.
        self.lines = [to_line(json.loads(line)) for line in text.split("\n")[:-1]]

    @property
    def steps(self):
        return [line for line in self.lines if line.state]

    @property
    def stage(self):
        return self.steps[-1].stage if self.steps else ""

    @property
    def reason(self):
        return self.steps[-1].state.get("reason", "") if self.steps else ""

    def first(self, *stages):
        """When one of these stages began."""
        return next((line.at for line in self.steps if line.stage in stages), None)

    def decided(self):
        """When it was decided to go back."""
        return self.first("restoring", "shifting_back")

    def back(self):
        """When all traffic had gone back."""
        return self.first("removing", "rolled_back")

    def exposure(self, good_for):
        """Seconds of traffic that a version which is good for so long spoils, in shares of all. A
        shift counts from its begin: the balancer may be faster than its confirmation."""
        steps, shares = self.steps, []
        for now, then in zip(steps, steps[1:]):
            weight = now.state["weight"]
            if action := now.state.get("under_way"):
                weight = max(weight, action["percent"] if action["act"] == "shift" else 0)
            shares.append((now.at, then.at, weight / 100))
        begin = next((at for at, _, share in shares if share > 0), None)
        if begin is None:
            return 0
        bad = begin + good_for
        end = self.back() or steps[-1].at
        return sum(max(0, min(b, end) - max(a, bad)) * share for a, b, share in shares)


def to_line(object):
    text = object["at"].replace("Z", "+00:00")
    at = datetime.datetime.fromisoformat(text).timestamp()
    return Line(at, object.get("event") or object.get("note", "begun"), object.get("state", {}))


class Machine:
    """Use in a `with`: everything that it started has ended afterwards."""

    def __init__(self, binaries, store):
        self.binaries = binaries
        self.davit = binaries / "davit"
        self.programs = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="davit-rollouts-"))
        self.state = self.folder / "state"
        self.file = self.folder / "davit.yaml"
        self.place = ["-f", self.file, "--state", self.state]
        self.port = free_port()
        self.keys = make_keys()
        self.store = store
        self.environment = {"KEYS": self.keys, "GITLAB_TOKEN": TOKEN, "HOME": str(self.folder)}
        self.up = None

    def __enter__(self):
        try:
            self.begin()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def begin(self):
        self.sandbox = self.add(Sandbox(self.binaries))
        if self.store:
            redis = self.add(Redis())
            redis.wait_for("Ready to accept connections")
            self.environment["REDIS_URL"] = redis.url
        self.write(GOOD)
        self.start()

    def add(self, program):
        self.programs.append(program)
        return program

    def write(self, kind):
        # JSON is YAML, but durations are no texts.
        text = json.dumps(manifest(kind, self), indent=1)
        self.file.write_text(re.sub(r'"(\d+m?s)"', r"\1", text))

    def start(self):
        """The supervisor; waits until it serves."""
        self.up = self.add(Up(self))
        end = time.monotonic() + 60
        while not (self.status().get("serving") and self.answers()):
            assert self.up.process.poll() is None, f"davit up ended:\n{self.up.text()}"
            assert time.monotonic() < end, f"davit up does not serve:\n{self.up.text()}"
            time.sleep(0.1)

    def answers(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", "/fixture/health")
            return connection.getresponse().status == 200
        return False

    def target(self):
        path = "/fixture/mcp"
        return Target(self.port, path, sse_path=path, connector_path="/gitlab/mcp")

    # Commands

    def command(self, verb, *more):
        return [str(part) for part in (self.davit, verb, *self.place, "--json", *more)]

    def run(self, verb, *more):
        """Its exit code and what it said; -1 when it took too long."""
        environment = {"PATH": os.environ["PATH"], "no_proxy": "*", **self.environment}
        try:
            done = subprocess.run(
                self.command(verb, *more),
                capture_output=True,
                text=True,
                env=environment,
                timeout=LONGEST,
            )
        except subprocess.TimeoutExpired as error:
            return -1, f"no end after {LONGEST} s: {error.stdout}"
        return done.returncode, done.stdout + done.stderr

    def spawn(self, verb, *more):
        """The same in the background."""
        return self.add(Program(self.command(verb, *more), self.environment))

    def status(self):
        code, text = self.run("status")
        with contextlib.suppress(ValueError):
            object = json.loads(text)
            return object.get("status", object)
        return {"error": f"{code}: {text}"}

    def serving(self):
        return self.status().get("serving", "")

    def deploy(self, kind, release, *more):
        self.write(kind)
        return self.run("deploy", "--release", release, *more)

    def begin_deploy(self, kind, release, *more):
        self.write(kind)
        return self.spawn("deploy", "--release", release, *more)

    def journal(self, release):
        return Journal(self.state / "releases" / f"{release}.jsonl")

    def evidence(self, release):
        """All of the bundle, the summary first."""
        folder = self.state / "evidence" / release
        files = sorted(folder.glob("*"), key=lambda one: one.name != "summary.txt")
        return "\n".join(file.read_text(errors="replace") for file in files if file.is_file())

    def wait_for_journal(self, release, test, patience=60):
        """The journal, as soon as it fulfils the test; None when it ended otherwise."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            journal = self.journal(release)
            if test(journal):
                return journal
            if journal.stage in ENDS:
                return None
            time.sleep(0.01)
        raise AssertionError(f"{release}: the journal stays at {self.journal(release).stage}")

    # The end

    def keep(self, folder):
        """Copies what explains a failure: journals, evidence, logs."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "up.log").write_text(self.up.text())
        ignored = shutil.ignore_patterns("versions", "*.sock")
        shutil.copytree(self.state, folder / "state", ignore=ignored, dirs_exist_ok=True)

    def close(self):
        with contextlib.suppress(Exception):
            if self.up and self.up.process.poll() is None:
                self.run("stop", "--yes")
                self.up.process.wait(PATIENCE)
        self.kill_tasks()
        for one in reversed(self.programs):
            if one.process.poll() is None:
                one.process.kill()
            one.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill_tasks(self):
        """What a killed supervisor left: processes that were started from our folder, or in whose
        environment it stands."""
        mark = str(self.folder).encode()
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            if int(process.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                words = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
                if mark in words:
                    os.kill(int(process.name), signal.SIGKILL)
