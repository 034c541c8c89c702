#!/usr/bin/env python3
"""Kills at every step of a release: the supervisor, HAProxy, a task or the `davit deploy` that
waits, with SIGKILL, as soon as the journal has so many lines. The machine ends in a known state,
the journal tells how, and traffic flows wherever a process was left to serve it.

usage: sweep.py [options] FOLDER_OF_THE_PROGRAMS
"""

import argparse
import dataclasses
import os
import pathlib
import random
import signal
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]

import kinds
from counts import table
from load import Load
from machine import ENDS, Machine

GOOD = next(kind for kind in kinds.KINDS if kind.name == "good canary")
BAD = next(kind for kind in kinds.KINDS if kind.name == "turns bad")
VICTIMS = ("supervisor", "haproxy", "task", "deploy")
# Seconds after the kill in which calls may fail. A killed task takes its calls with it, and the
# balancer has to notice; without HAProxy nobody is there to answer.
MAY_FAIL = {"supervisor": 0, "deploy": 0, "task": 2, "haproxy": 4}
DOWN = 1.0  # seconds without a supervisor
KNOWN = 90  # seconds until a known state


@dataclasses.dataclass
class Case:
    kind: kinds.Kind
    victim: str
    step: int  # lines of the journal

    def __str__(self):
        return f"{self.kind.name}, {self.victim} killed at step {self.step}"


def pid_of(machine, victim, deploy, seed):
    if victim == "supervisor":
        return machine.up.process.pid
    if victim == "deploy":
        return deploy.process.pid
    status = machine.status()
    if victim == "haproxy":
        return status["balancer_pid"]
    return random.Random(seed).choice([task["pid"] for task in status["tasks"] if task["pid"]])


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False


class Sweep:
    def __init__(self, machine, load, seed):
        self.machine, self.load, self.seed = machine, load, seed
        self.number = 0

    def count_steps(self, kind):
        """Lines of the journal of one that nobody disturbs."""
        self.number += 1
        name = f"s{self.number:03}"
        self.machine.deploy(kind, name)
        return len(self.machine.journal(name).lines)

    def run(self, case):
        """What is wrong; and what was seen, in a word or two."""
        self.number += 1
        name = f"s{self.number:03}"
        machine = self.machine
        previous = machine.serving()
        before = self.load.snapshot()
        deploy = machine.begin_deploy(case.kind, name)
        reached = machine.wait_for_journal(name, lambda one: len(one.lines) >= case.step)
        if not reached:
            return [], "it had ended before"
        stage = reached.stage
        pid = pid_of(machine, case.victim, deploy, f"{self.seed} {case}")
        killed = time.time()
        if not kill(pid):
            return [f"{case.victim} was not there"], stage
        if case.victim == "supervisor":
            machine.up.process.wait()
            time.sleep(DOWN)
            machine.start()
        journal = self.wait_for_end(name)
        deploy.stop()
        time.sleep(1)
        counted = self.load.snapshot().since(before)
        return self.problems(case, name, previous, journal, counted, killed), (
            f"at {stage or 'planned'}, ended {journal.stage}"
        )

    def wait_for_end(self, name):
        end = time.monotonic() + KNOWN
        journal = self.machine.journal(name)
        while journal.stage not in ENDS and time.monotonic() < end:
            time.sleep(0.1)
            journal = self.machine.journal(name)
        return journal

    def problems(self, case, name, previous, journal, counted, killed):
        found = []
        known = {"done": name, "refused": previous, "rolled_back": previous}
        if journal.stage not in known:
            return [f"no known state after {KNOWN} s: {journal.stage or 'nothing'}"]
        if journal.stage == "done" and not case.kind.is_good:
            found.append("the bad version was taken")
        serving = self.wait_until_serves(known[journal.stage])
        if serving != known[journal.stage]:
            found.append(f"{serving} serves instead of {known[journal.stage]}")
        if journal.stage != "done" and not journal.reason:
            found.append("the journal does not say why")
        if case.victim == "supervisor" and not any(one.what == "recover" for one in journal.lines):
            if killed < journal.lines[-1].at - 0.2:
                found.append("the journal does not tell that it was gone on with")
        if len(self.machine.status().get("tasks", ())) != 4:
            found.append(f"other tasks than two of each: {self.machine.status().get('tasks')}")
        return found + self.failures(case, journal, counted, killed)

    def wait_until_serves(self, release):
        end = time.monotonic() + 10
        while (serving := self.machine.serving()) != release and time.monotonic() < end:
            time.sleep(0.2)
        return serving

    def failures(self, case, journal, counted, killed):
        """Calls that failed although somebody was there to serve them."""
        until = killed + MAY_FAIL[case.victim]

        def may_fail(one):
            if MAY_FAIL[case.victim] and killed <= one.at <= until:
                return True
            # What a version that turns bad spoils has its own bound, see kinds.
            return not case.kind.is_good and "turned bad" in one.text

        lost = [one for one in counted.failures if one.name in kinds.CALLS and not may_fail(one)]
        return [f"{len(lost)} calls failed:", *map(str, lost[:5])] if lost else []


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--victims", default=",".join(VICTIMS))
    parser.add_argument("--cases", type=int, default=0, help="so many by chance; all without it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60, help="after which none is begun")
    options = parser.parse_args()
    end = time.monotonic() + options.minutes * 60
    wrong = 0
    with Machine(options.binaries.resolve(), True) as machine, Load(machine.target()) as load:
        sweep = Sweep(machine, load, options.seed)
        cases = [
            Case(kind, victim, step)
            for kind in (GOOD, BAD)
            for steps in [sweep.count_steps(kind)]
            for step in range(1, steps + 1)
            for victim in options.victims.split(",")
        ]
        if options.cases:
            cases = random.Random(options.seed).sample(cases, min(options.cases, len(cases)))
        for number, case in enumerate(cases, 1):
            if time.monotonic() > end:
                print(f"the time is over, after {number - 1} of {len(cases)}")
                wrong += 1
                break
            problems, seen = sweep.run(case)
            wrong += bool(problems)
            verdict = "WRONG" if problems else "ok"
            print(f"{number:3}/{len(cases)} {case}: {seen}: {verdict}", flush=True)
            for problem in problems:
                print(f"    {problem}", flush=True)
        print("\n" + table({"all": load.snapshot().numbers}))
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
