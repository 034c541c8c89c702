#!/usr/bin/env python3
"""How long a rollback takes on this machine under load: from the decision, as the journal has it,
until the old version serves everything, by the journal and by who answers calls.

usage: rollback_time.py [--times N] FOLDER_OF_THE_PROGRAMS
"""

import argparse
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "integration")]

import kinds
from load import Load
from machine import Machine

GOAL, FLOOR = 0.5, 1.0  # seconds
STRATEGIES = ("all-at-once", "canary")


def measure(machine, load, number):
    """Seconds by the journal, and by the last call that the new version answered."""
    name = f"t{number:02}"
    previous = machine.serving()
    strategy = STRATEGIES[number % len(STRATEGIES)]
    kind = next(one for one in kinds.KINDS if one.name == f"good {strategy}")
    machine.begin_deploy(kind, name, "--bake", "60s", "--step-bake", "60s")
    baking = machine.wait_for_journal(name, lambda one: one.stage == "baking")
    assert baking, f"{name} ended before it could be rolled back: {machine.journal(name).reason}"
    time.sleep(1)
    code, said = machine.run("rollback")
    assert code == 0, f"davit rollback: exit code {code}: {said}"
    journal = machine.journal(name)
    assert journal.stage == "rolled_back", journal.stage
    assert machine.serving() == previous
    decided = journal.decided()
    time.sleep(0.5)
    last = load.counts.last_sent.get(name, decided)
    return strategy, journal.back() - decided, max(0, last - decided)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    told, seen = [], []
    with Machine(options.binaries.resolve(), True) as machine, Load(machine.target()) as load:
        for number in range(options.times):
            strategy, journal, calls = measure(machine, load, number)
            told.append(journal)
            seen.append(calls)
            print(
                f"{number + 1:3}/{options.times} {strategy:12} {journal * 1000:5.0f} ms by the "
                f"journal, {calls * 1000:5.0f} ms by the calls",
                flush=True,
            )
        failed = load.snapshot()
    median = statistics.median(max(pair) for pair in zip(told, seen))
    print(
        f"median {median * 1000:.0f} ms, worst {max(told + seen) * 1000:.0f} ms; "
        f"goal {GOAL * 1000:.0f}, floor {FLOOR * 1000:.0f}; {failed.numbers['failed']} of "
        f"{failed.numbers['sent']} calls failed"
    )
    for failure in failed.failures[:10]:
        print(failure)
    return 0 if median <= FLOOR and not failed.numbers["failed"] else 1


if __name__ == "__main__":
    sys.exit(main())
