#!/usr/bin/env python3
"""What becomes of the messages of legacy sessions in a cluster of three replicas: every kind of
message, sent to each replica and through a balancer without stickiness, while all is well and while
it is not, without a shared store and with Redis.

usage: cluster_test.py FOLDER_OF_THE_PROGRAMS [TEST...]
"""

import concurrent.futures
import dataclasses
import pathlib
import sys
import time
import typing
import unittest

import cluster_calls as calls
import cluster_state as state
from cluster import Cluster, make_keys
from legacy_client import Client

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
SITUATIONS = ("all up", "home killed", "home draining", "peer ports blocked")
STORES = ("none", "redis")
NOTICE = 0.5  # seconds: until the balancer knows which replica has gone


@dataclasses.dataclass
class Row:
    kind: str
    # What is done with the session while all is up, and what is sent in the situation; both get the
    # cell. The second one answers the outcome.
    before: typing.Optional[typing.Callable]
    message: typing.Callable
    # Outcomes by situation. `x | y` is x without a shared store and y with Redis. They are those of
    # messages to the replicas that are not the session's home; for those to the home, which still
    # runs, all is as if all were up.
    outcomes: tuple


def everywhere(outcome):
    return (outcome, outcome, outcome, outcome)


def shared(outcome, otherwise):
    """What a replica knows that holds the session, or can ask the store."""
    return (outcome, *[f"{otherwise} | {outcome}"] * 3)


# A session goes on without its home. Without a store that takes with it: log level, subscriptions,
# history, revocations, what runs. A home that drains takes replies and what belongs to its calls,
# streams and tasks, and leaves new requests to the others; they know what the store knows. Where
# the peers do not reach each other, each takes the others for gone.
LOST = "error -32603"  # "it may have been carried out"
UNKNOWN = "error -32602"  # "unknown task"
NOTHING_KEPT = f"rest lost, {LOST}"
UNFINISHED = f"{NOTHING_KEPT} | each once, {LOST}"
FINISHED = f"{NOTHING_KEPT} | each once, result"
RESUMED = "each once, result"
ROWS = [
    Row("call", None, calls.call, everywhere("result")),
    Row("progress", None, calls.progress, everywhere("[0, 50, 100], result")),
    Row("notification", None, calls.notify, everywhere("202")),
    Row("ask, then reply", None, calls.ask, ("answered", "answered", "answered", "reply lost")),
    Row(
        "reply to the home's ask",
        calls.ask_at_home,
        calls.reply,
        ("result", LOST, "result", "reply lost"),
    ),
    Row("cancellation", calls.begin_long_call, calls.cancel, ("ended", LOST, "ended", "runs on")),
    Row(
        "Last-Event-ID, running call",
        calls.leave_call(2_000),
        calls.resume,
        (RESUMED, UNFINISHED, RESUMED, UNFINISHED),
    ),
    Row(
        "Last-Event-ID, finished call",
        calls.leave_call(0),
        calls.resume,
        (RESUMED, FINISHED, RESUMED, FINISHED),
    ),
    Row(
        "Last-Event-ID, session, twice",
        state.leave_stream,
        state.resume_stream,
        (
            "once, once",
            "lost, lost | once, once",
            "once, lost | once, once",
            "lost, lost | once, once",
        ),
    ),
    Row(
        "the same request again",
        calls.leave_call(3_000),
        calls.send_again,
        ("joined", f"run again | {LOST}", "joined", f"run again | {LOST}"),
    ),
    Row("log level of before", state.quiet_home, state.loudness, shared("kept", "lost")),
    Row("log level", None, state.set_level, shared("kept", "lost")),
    Row(
        "subscribed before",
        state.subscribe_at_home,
        state.listen_and_update,
        shared("once", "lost"),
    ),
    Row("subscribe", None, state.subscribe_late, shared("once", "lost")),
    Row("list-changed", state.listen_at_home, state.change_tools, shared("once", "lost")),
    Row("GET stream", None, state.listen, everywhere("once")),
    Row(
        "tasks/get",
        state.begin_task(20),
        state.ask_for_task("tasks/get"),
        ("working", f"{UNKNOWN} | failed", "working", f"{UNKNOWN} | failed"),
    ),
    Row(
        "tasks/result",
        state.begin_task(0),
        state.ask_for_task("tasks/result"),
        ("result", f"{UNKNOWN} | result", "result", f"{UNKNOWN} | result"),
    ),
    Row(
        "tasks/cancel",
        state.begin_task(20),
        state.ask_for_task("tasks/cancel"),
        ("cancelled", UNKNOWN, "cancelled", UNKNOWN),
    ),
    Row(
        "call as a task",
        None,
        state.run_task,
        ("result", "result", "result", f"{UNKNOWN} | result"),
    ),
    Row("DELETE", None, state.end_here, ("ended", "partly | ended", "ended", "partly | ended")),
    Row(
        "DELETE of before",
        state.delete_at_home,
        state.end_there,
        ("ended", "goes on | ended", "ended", "goes on | ended"),
    ),
    Row("forged or expired id", None, state.forge, everywhere("[404]")),
]
# A session that was ended at its home is ended everywhere, if the others can learn of it.
ALSO_AT_HOME = {"DELETE"}
# Of two messages through the balancer each may meet another replica.
LUCK = {
    ("GET stream", "none"): {"lost"},
    ("Last-Event-ID, session, twice", "none"): {"once, lost", "lost, once"},
}


def expected(row, situation, store, target):
    """The outcomes that are right. Which replica the balancer takes is a matter of luck, and what
    comes of it may be as good as if all were up."""

    def in_store(text):
        return text.split(" | ")[-1 if store == "redis" else 0]

    usual = in_store(row.outcomes[0])
    here = in_store(row.outcomes[SITUATIONS.index(situation)])
    if target == "home":
        return {here if row.kind in ALSO_AT_HOME else usual}
    if target == "balancer":
        return {here, usual} | LUCK.get((row.kind, store), set())
    return {here}


def routes(cluster, situation):
    """By target: where the first message goes, and where the second one. At the home both go there,
    for all that is not up, to be told apart from what the others make of it."""
    home, second, third = cluster.ports
    is_up = situation == "all up"
    found = {
        "home": (home, second if is_up else home),
        "second": (second, third),
        "third": (third, home if is_up else second),
        "balancer": (cluster.proxy.port, cluster.proxy.port),
    }
    if situation == "home killed":
        del found["home"]
    return found


def prepare(one):
    row, _, cell = one
    if row.before:
        cell.kept = row.before(cell)


def attempt(one):
    row, _, cell = one
    try:
        return row.message(cell)
    except Exception as e:
        return f"{type(e).__name__}: {e}"


class ClusterTest(unittest.TestCase):
    outcomes = {}  # (kind, situation, store) -> outcomes by target

    def check(self, store, situation):
        keys = make_keys()
        cluster = Cluster()
        self.addCleanup(cluster.close)
        cluster.start(BINARIES, keys, store, blocked=situation == "peer ports blocked")
        home = cluster.ports[0]
        alive = cluster.ports[1 if situation == "home killed" else 0 :]
        work = []
        for row in ROWS:
            for target, (here, there) in routes(cluster, situation).items():
                # An older client has no priming events, and no tasks.
                is_old = target == "third" and "task" not in row.kind
                client = Client(home, "2025-06-18" if is_old else "2025-11-25")
                self.addCleanup(client.close)
                cell = calls.Cell(client, len(work), situation, keys, home, here, there, alive)
                work.append((row, target, cell))

        with concurrent.futures.ThreadPoolExecutor(len(work)) as pool:
            list(pool.map(prepare, work))
            if situation == "home killed":
                cluster.replicas[0].kill()
            if situation == "home draining":
                cluster.replicas[0].drain()
            time.sleep(NOTICE)
            found = list(pool.map(attempt, work))

        wrong = []
        for (row, target, _), outcome in zip(work, found):
            right = expected(row, situation, store, target)
            if outcome not in right:
                wrong.append(f"{row.kind}, {target}: {outcome}; should be {' or '.join(right)}")
                outcome += " (!)"
            self.outcomes.setdefault((row.kind, situation, store), {})[target] = outcome
        self.assertFalse(wrong, "\n" + "\n".join(wrong))
        for port, replica in zip(cluster.ports, cluster.replicas):
            if port in alive:
                self.assertIsNone(replica.process.poll(), replica.text())
                self.assertNotIn('"level":"error"', replica.text())

    @classmethod
    def tearDownClass(cls):
        print(f"\n{'':50}{'no store':44}Redis")
        for situation in SITUATIONS:
            for row in ROWS:
                cells = []
                for store in STORES:
                    by_target = cls.outcomes.get((row.kind, situation, store), {})
                    cells.append(" / ".join(dict.fromkeys(by_target.values())))
                print(f"{situation:19}{row.kind:31}{cells[0]:44}{cells[1]}")


for one_store in STORES:
    for one_situation in SITUATIONS:

        def test(self, store=one_store, situation=one_situation):
            self.check(store, situation)

        name = f"test_{one_situation}_with_store_{one_store}".replace(" ", "_")
        setattr(ClusterTest, name, test)


if __name__ == "__main__":
    unittest.main(verbosity=2)
