#!/usr/bin/env python3
"""The load by itself, against three replicas behind a balancer: it sees nothing where nothing goes
wrong, and everything that does.

usage: load_test.py FOLDER_OF_THE_PROGRAMS [TEST...]
"""

import pathlib
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

import cluster
from clients import REST, ModernLong
from counts import CALLS, EVENTS, table
from faulty import command_of
from legacy_calls import LegacyLong
from load import CROWD, QUICK, Load, Target
from programs import PATIENCE, Program

# Closing is how a client of 2026-07-28 cancels.
cluster.HAPROXY = cluster.HAPROXY.replace("redispatch 1", "redispatch 1\n  option abortonclose")
BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
# A replica keeps answering for so long, until the balancer has seen that it goes.
FLAGS = ["--timeouts-drain=30s", "--timeouts-drain-notice=1s"]
NOTICED = 0.5  # seconds: until the balancer has seen that one is back
MARGIN = 0.3  # seconds from finding a call under way to killing who answers it
AT_ONCE = 5  # faulty servers
# By fault: what the load counts, and what its story says.
SEEN = {
    "none": (None, ""),
    "some-wrong-answers": ("failed", "wrong answer"),
    "some-errors": ("failed", "500 by"),
    "some-rpc-errors": ("failed", "-32603"),
    "some-resets": ("failed", "before an answer"),
    "some-sessions-lost": ("sessions_lost", "no such session"),
    "events-lost": ("events_lost", "test://legacy"),
    "events-doubled": ("events_doubled", "2 times"),
    "cancels-ignored": ("cancels_not_taken", "runs on"),
    "turns-bad:1": ("failed", "turned bad"),
}


class Replica(cluster.Replica):
    """One whose successor has the same address."""

    def __init__(self, keys, store, port):
        command = [BINARIES / "conformance_server", f"--port={port}", "--admin-port=0"]
        command += ["--peer-port=0", "--session-keys=env:KEYS", *FLAGS, *store]
        environment = {"KEYS": keys, "no_proxy": "", "DAVIT_RELEASE": f"at-{port}"}
        Program.__init__(self, command, environment)


class Replicas(cluster.Cluster):
    def start(self, store):
        self.keys = cluster.make_keys()
        self.store = []
        if store == "redis":
            redis = self.add(cluster.Redis())
            redis.wait_for("Ready to accept connections")
            self.store.append("--state-store=" + redis.url)
        ports = [cluster.free_port() for _ in range(3)]
        self.replicas = [self.add(Replica(self.keys, self.store, port)) for port in ports]
        for one in self.replicas:
            one.ready()
        self.proxy = self.add(cluster.HaProxy(self.replicas))
        self.proxy.ready()
        return self

    def restart(self, number):
        old = self.replicas[number]
        code = old.stop()
        assert code == 0, f"it drained badly: exit code {code}"
        self.begin(number)

    def begin(self, number):
        self.replicas[number] = self.add(
            Replica(self.keys, self.store, self.replicas[number].port)
        ).ready()
        time.sleep(NOTICED)


class LoadTest(unittest.TestCase):
    counted = {}  # by test

    def start(self, store):
        replicas = Replicas()
        self.addCleanup(replicas.close)
        return replicas.start(store)

    def load(self, port, crowd=CROWD):
        load = Load(Target(port), crowd=crowd)
        self.addCleanup(load.stop)
        load.thread.start()
        return load

    def finish(self, load, name=None):
        """The counts, once all calls have ended. Each of them was either right or wrong."""
        load.stop()
        counted = load.snapshot()
        LoadTest.counted[name or self.id().split(".")[-1].removeprefix("test_")] = counted.numbers
        numbers = counted.numbers
        self.assertEqual(numbers["sent"], numbers["right"] + numbers["failed"])
        self.assertGreater(numbers["right"], 50)
        return counted

    def assert_nothing_missed(self, counted, floors=CALLS + EVENTS):
        story = "\n".join(map(str, counted.failures))
        self.assertFalse(counted.missed(floors), f"\n{story}")

    def roll(self, store):
        replicas = self.start(store)
        load = self.load(replicas.proxy.port)
        time.sleep(2)
        for number in range(3):
            replicas.restart(number)
        time.sleep(2)
        return self.finish(load)

    def test_rolling_restart_with_redis(self):
        counted = self.roll("redis")
        self.assert_nothing_missed(counted)
        self.assertEqual(len(counted.releases), 3, counted.releases)

    def test_rolling_restart_without_store(self):
        """What a replica knew is gone with it, and that is all."""
        counted = self.roll("none")
        self.assert_nothing_missed(counted, CALLS)

    def test_killed_replica(self):
        """Calls that it was to answer are lost, and are seen; sessions are not."""
        replicas = self.start("redis")
        load = self.load(replicas.proxy.port)
        time.sleep(3)
        victim = self.wait_for_long_calls(load, replicas)
        replicas.replicas[victim].kill()
        time.sleep(4)
        before = load.snapshot()
        time.sleep(4)
        after = load.snapshot().since(before)
        replicas.begin(victim)
        counted = self.finish(load)
        self.assertGreater(counted.numbers["failed"], 0)
        self.assertGreater(counted.numbers["streams_broken"], 0)
        self.assertEqual(counted.numbers["sessions_lost"], 0, "\n".join(map(str, counted.failures)))
        late = [str(one) for one in after.failures if one.name in CALLS and "long" not in one.kind]
        self.assertFalse(late, "once the balancer knows, nothing fails any more")

    def wait_for_long_calls(self, load, replicas):
        """The replica that has one that cannot be taken up elsewhere, and one on a stream that
        can."""
        kinds = (ModernLong.kind, LegacyLong.kind)
        young = REST[0] / 1000 - MARGIN
        end = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < end:
            for number, one in enumerate(replicas.replicas):
                release = f"at-{one.port}"
                if all(load.counts.is_answering(release, kind, young) for kind in kinds):
                    return number
            time.sleep(0.01)
        self.fail("no replica ever had both")

    def test_faults(self):
        """Of servers behind the proxy of the faults; without one, it breaks nothing by itself."""
        faults = list(SEEN)
        for begin in range(0, len(faults), AT_ONCE):
            self.look_at(faults[begin : begin + AT_ONCE])

    def look_at(self, faults):
        ports = [self.start_faulty(fault) for fault in faults]
        loads = [self.load(port, QUICK) for port in ports]
        time.sleep(5)
        for load in loads:
            load.is_stopping = True
        for fault, load in zip(faults, loads):
            counted = self.finish(load, fault)
            name, text = SEEN[fault]
            with self.subTest(fault):
                if name:
                    self.assertGreater(counted.numbers[name], 0, counted.numbers)
                    self.assertIn(text, "\n".join(map(str, counted.failures)))
                else:
                    all = (*CALLS, *EVENTS, "cancels_not_taken", "streams_broken")
                    self.assert_nothing_missed(counted, all)

    def start_faulty(self, fault):
        port = cluster.free_port()
        server = [BINARIES / "conformance_server", "--port={inner}"]
        program = Program(command_of(fault, port, server))
        self.addCleanup(program.stop)
        program.wait_for('"msg":"server is ready"')
        return port

    @classmethod
    def tearDownClass(cls):
        if cls.counted:
            print("\n" + table(cls.counted))


if __name__ == "__main__":
    unittest.main(verbosity=2)
