#!/usr/bin/env python3
"""What is said of a release that did not go as it should: each deviation alone is found.

usage: kinds_test.py [TEST...]
"""

import collections
import dataclasses
import json
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]

import kinds
from counts import NAMES, Failure, Snapshot
from machine import Journal

GOOD = kinds.named(["good canary"])[0]
GATE = kinds.named(["fails the gate"])[0]
BAD = kinds.named(["turns bad"])[0]


def at(seconds):
    return f"2026-11-22T01:00:{seconds:06.3f}Z"


def journal_of(*steps):
    """Steps are (second, stage, weight); a stage with a `>` shifts to the weight behind it."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "r1.jsonl"
        lines = [{"journal": 1, "at": at(0), "release": "r1"}]
        for second, stage, weight in steps:
            stage, _, percent = stage.partition(">")
            act = {"act": "shift", "percent": int(percent)} if percent else None
            state = {"stage": stage, "weight": weight, "under_way": act, "reason": ""}
            lines.append({"at": at(second), "event": "succeeded", "state": state})
        file.write_text("\n".join(map(json.dumps, lines)) + '\n{"at": "cut o')
        return Journal(file)


# All of it: a quarter from second 2, back at second 5.
ROLLED_BACK = (
    (1, "gating", 0),
    (2, "shifting>25", 0),
    (2.1, "baking", 25),
    (4.9, "shifting_back>0", 25),
    (5, "removing", 0),
    (6, "rolled_back", 0),
)


def outcome(kind, journal, failed=0, **more):
    numbers = dict.fromkeys(NAMES, 0) | {"sent": 600, "right": 600 - failed, "failed": failed}
    releases = collections.Counter({"r0": 500, "r1": 100})
    if kind.exit_code == kinds.REFUSED:
        del releases["r1"]
    known = {
        "release": "r1",
        "exit_code": kind.exit_code,
        "said": "",
        "took": 6.0,
        "serving": "r1" if kind.is_good else "r0",
        "previous": "r0",
        "counted": Snapshot(0, numbers, releases, []),
        "evidence": "What failed: call test_structured_content: 40 were answered with 5xx",
    }
    return kinds.Outcome(kind=kind, journal=journal, **{**known, **more})


GOOD_ONE = outcome(GOOD, journal_of((1, "gating", 0), (9, "done", 100)))
REFUSED_ONE = outcome(GATE, journal_of((1, "gating", 0), (9, "refused", 0)))
BAD_ONE = outcome(BAD, journal_of(*ROLLED_BACK), failed=40)


def counting(one, **numbers):
    counted = dataclasses.replace(one.counted, numbers={**one.counted.numbers, **numbers})
    return dataclasses.replace(one, counted=counted)


def answered(one, **releases):
    counted = dataclasses.replace(one.counted, releases=collections.Counter(releases))
    return dataclasses.replace(one, counted=counted)


def failing(one, second):
    began = one.journal.lines[0].at
    at = began + second
    story = Failure(at, at, "failed", "modern", "tools/call", "r0", 500, "turned bad")
    return dataclasses.replace(one, counted=dataclasses.replace(one.counted, failures=[story]))


class KindsTest(unittest.TestCase):
    def test_as_it_should_be(self):
        for one in (GOOD_ONE, REFUSED_ONE, BAD_ONE, failing(BAD_ONE, 4.5)):
            self.assertEqual(one.problems(has_store=True), [], one.kind.name)

    def test_each_deviation_is_found(self):
        change = dataclasses.replace
        for wrong, text in (
            (change(GOOD_ONE, exit_code=6), "exit code 6 instead of 0"),
            (change(GOOD_ONE, serving="r0"), "r0 serves instead of r1"),
            (change(GOOD_ONE, journal=REFUSED_ONE.journal), "ends in refused instead of done"),
            (answered(GOOD_ONE, r0=600), "r1 answered nothing"),
            (change(REFUSED_ONE, exit_code=0), "exit code 0 instead of 5"),
            (change(REFUSED_ONE, evidence=""), "the evidence does not name"),
            (change(BAD_ONE, evidence="40 were answered with 5xx"), "the evidence does not name"),
            (answered(REFUSED_ONE, r0=599, r1=1), "it was refused, and answered calls"),
            (counting(BAD_ONE, failed=0), "it never turned bad"),
            (counting(BAD_ONE, failed=90), "90 calls failed, 74 may"),
            (failing(BAD_ONE, 5.5), "1 calls failed after the rollback"),
            (counting(BAD_ONE, sessions_lost=1), "sessions_lost: 1"),
            *((counting(one, **{name: 1}), f"{name}: 1")
              for one in (GOOD_ONE, REFUSED_ONE)
              for name in ("failed", "sessions_lost", "events_lost", "events_doubled")),
        ):
            found = wrong.problems(has_store=True)
            self.assertEqual(len(found), 1, (text, found))
            self.assertIn(text, found[0])

    def test_events_need_a_store(self):
        self.assertEqual(counting(GOOD_ONE, events_lost=7).problems(has_store=False), [])
        self.assertTrue(counting(GOOD_ONE, sessions_lost=1).problems(has_store=False))

    def test_what_a_bad_version_may_spoil(self):
        """A quarter of the calls, from a second after it got them until they went back."""
        self.assertAlmostEqual(BAD_ONE.journal.exposure(1), 2 * 0.25, places=2)
        self.assertEqual(REFUSED_ONE.journal.exposure(1), 0)

    def test_schedule(self):
        plan = kinds.schedule(kinds.KINDS, 20, seed=7)
        for turn in (plan[:10], plan[10:]):
            self.assertEqual({one.name for one in turn}, {one.name for one in kinds.KINDS})
        self.assertEqual(plan, kinds.schedule(kinds.KINDS, 20, seed=7))
        self.assertNotEqual(plan, kinds.schedule(kinds.KINDS, 20, seed=8))


if __name__ == "__main__":
    unittest.main(verbosity=2)
