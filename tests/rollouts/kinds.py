"""The kinds of releases, good and bad ones, and what is expected of each."""

import dataclasses
import random
import re
import typing

from faulty import GONE_TOOL, command_of
from counts import CALLS, EVENTS

# What the gate calls, and what a wrong answer to it is.
GATE_CALL = "fixture/test_structured_content a=2 b=3 => 5"
TURNS_BAD_AFTER = 1  # seconds of traffic
START = 6  # seconds that a task may take to be healthy
BAKE = 3  # seconds
DRAIN = 12  # seconds
# Streams are sent elsewhere after so long: a server that is not davitd is left alone until it is
# idle.
STREAM_AGE = "4s"
FLAGS = [
    "--base-path=/fixture",  # so that the balancer changes no path, for the clients of HTTP+SSE
    "--peer-port=0",
    "--session-keys=env:KEYS",
    "--timeouts-call=8s",
    "--timeouts-drain=9s",
    "--timeouts-drain-notice=1s",
    f"--streams-max-age={STREAM_AGE}",
]

DONE, REFUSED, ROLLED_BACK = 0, 5, 6  # exit codes


@dataclasses.dataclass
class Kind:
    name: str
    strategy: str = "all-at-once"
    fault: str = ""  # of faulty.py, in front of the fixture
    program_lies: bool = False  # davitd says that it is another build
    exit_code: int = DONE
    end: str = "done"  # the stage in which it ends
    cause: str = ""  # a pattern in the line of the evidence that says what failed

    @property
    def is_good(self):
        return self.exit_code == DONE


def refused(name, cause, **more):
    return Kind(name, exit_code=REFUSED, end="refused", cause=cause, **more)


KINDS = [
    Kind("good all-at-once"),
    Kind("good canary", "canary"),
    Kind("good linear", "linear"),
    Kind("good rolling", "rolling"),
    refused("crash at start", r"does not start: signal 6", fault="crash"),
    refused("hang at start", r"is not healthy after", fault="hang"),
    refused("fails the gate", r"test_structured_content", fault="wrong-answer"),
    refused("another build", r"another-build", program_lies=True),
    refused("breaks the contract", GONE_TOOL, fault="tool-removed"),
    Kind(
        "turns bad",
        "canary",
        fault=f"turns-bad:{TURNS_BAD_AFTER}",
        exit_code=ROLLED_BACK,
        end="rolled_back",
        cause=r"were answered with 5xx",
    ),
]


def named(names):
    known = {kind.name: kind for kind in KINDS}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(f"unknown: {', '.join(unknown)}; there are: {', '.join(known)}")
    return [known[name] for name in names]


def schedule(kinds, count, seed):
    """So many releases: each kind in turn, in an order that the seed gives. What a bad one may
    leave behind meets every kind."""
    order = random.Random(seed)
    plan = []
    while len(plan) < count:
        turn = list(kinds)
        order.shuffle(turn)
        plan += turn
    return plan[:count]


LIAR = """#!/bin/sh
# Another build than was ordered.
DAVIT_RELEASE=another-build exec "{program}" --release=another-build "$@"
"""


def manifest(kind, machine):
    """davit.yaml for a version of this kind; JSON is YAML, too."""
    binaries = machine.binaries
    flags = [*FLAGS, *(["--state-store=env:REDIS_URL"] if machine.store else [])]
    server = [str(binaries / "conformance_server"), *flags]
    if kind.fault:
        command = command_of(kind.fault, "{port}", [*server, "--port={inner}"])
    else:
        command = [*server, "--port={port}"]
    program = binaries / "davitd"
    if kind.program_lies:
        liar = machine.folder / "liar"
        liar.write_text(LIAR.format(program=program))
        liar.chmod(0o755)
        program = liar
    local = {
        "port": machine.port,
        "tasks": 2,
        "program": str(program),
        "start": f"{START}s",
        "bake": f"{BAKE}s",
        "step_bake": "1s",
        "drain": f"{DRAIN}s",
    }
    secrets = {"KEYS": "env:KEYS"} | ({"REDIS_URL": "env:REDIS_URL"} if machine.store else {})
    return {
        "name": "rollouts",
        "target": "local",
        "auth": "none",
        "local": local,
        "release": {
            "strategy": {"all-at-once": "blue-green"}.get(kind.strategy, kind.strategy),
            "canary": {"percent": 25},
            "linear": {"percent": 34},
            "calls": [GATE_CALL],
        },
        **({"state": {"store": "env:REDIS_URL"}} if machine.store else {}),
        "servers": {
            "gitlab": {
                "connector": "gitlab",
                "url": machine.sandbox.url,
                "token": "env:GITLAB_TOKEN",
            },
            "fixture": {
                "command": command,
                "transport": "http",
                "path": "/fixture/mcp",
                "health": "/ready",
                "sessions": "stateless",
                "secrets": secrets,
            },
        },
    }


@dataclasses.dataclass
class Outcome:
    """What came of one release."""

    kind: Kind
    release: str
    exit_code: int
    said: str
    took: float
    serving: str
    previous: str
    counted: typing.Any  # counts.Snapshot
    journal: typing.Any  # machine.Journal
    evidence: str

    def problems(self, has_store):
        """Everything that is not as it has to be."""
        kind = self.kind
        found = []
        if self.exit_code != kind.exit_code:
            found.append(f"exit code {self.exit_code} instead of {kind.exit_code}: {self.said}")
        expected = self.release if kind.is_good else self.previous
        if self.serving != expected:
            found.append(f"{self.serving} serves instead of {expected}")
        if self.counted.releases[expected] == 0:
            found.append(f"{expected} answered nothing: {dict(self.counted.releases)}")
        if self.journal.stage != kind.end:
            found.append(f"the journal ends in {self.journal.stage} instead of {kind.end}")
        # The rest of the bundle has figures of all sorts, and would meet most patterns.
        if not kind.is_good and not re.search(f"What failed: .*{kind.cause}", self.evidence):
            found.append(f"the evidence does not name {kind.cause!r}: {self.evidence[:300]!r}")
        if kind.exit_code == REFUSED and self.counted.releases[self.release]:
            found.append("it was refused, and answered calls")
        return found + self.missed(has_store)

    def missed(self, has_store):
        floors = CALLS + (EVENTS if has_store else ())
        if self.kind.exit_code != ROLLED_BACK:
            return [f"{name}: {count}" for name, count in self.counted.missed(floors).items()]
        missed = self.counted.missed([name for name in floors if name != "failed"])
        found = [f"{name}: {count}" for name, count in missed.items()]
        failed = self.counted.numbers["failed"]
        if failed == 0:
            found.append("no call failed: it never turned bad")
        if failed > (most := self.allowed()):
            found.append(f"{failed} calls failed, {most:.0f} may")
        if late := self.late():
            found.append(f"{len(late)} calls failed after the rollback: {late[0]}")
        return found

    def allowed(self):
        """Shifted share times call rate times detection time, and what chance adds to it."""
        rate = self.counted.numbers["sent"] / self.took
        expected = rate * self.journal.exposure(TURNS_BAD_AFTER)
        return expected + 3 * expected**0.5 + 3

    def late(self, grace=0.3):
        """Failures of calls that began after all traffic had gone back."""
        back = self.journal.back()
        if back is None:
            return []
        failed = [one for one in self.counted.failures if one.name in CALLS]
        return [one for one in failed if one.began > back + grace]
