#!/usr/bin/env python3
"""Ten thousand sessions with a stream each, and among them clients that misbehave: everything is
bounded, what is refused is counted, and the others are served.

usage: load_test.py FOLDER_OF_THE_PROGRAMS [TEST...]
"""

import asyncio
import hashlib
import http.client
import pathlib
import re
import statistics
import sys
import time
import unittest

import crowd
from programs import PATIENCE, Program

BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

STREAMS = 10_000
SESSIONS = 100_000
SPARE_FILES = 2_000  # of each process, for all that is no stream of the crowd
MARGIN = 1_000  # connections beside the streams that the server lets in
SHARE = 15_000  # live sessions of one caller
UNREAD = 1_000  # streams that are kept although their reader has gone
WATCHED = "test://watched-resource"

# Callers, with their API keys.
KEYS = {name: f"key-of-{name}" for name in ("crowd", "alice", "mallory", "deaf", "fickle")}


def has_sanitizer():
    """Then memory says nothing."""
    program = (BINARIES / "conformance_server").read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


def say(text):
    print(f"  {text}", flush=True)


class Crowd(unittest.TestCase):
    """All tests meet the same server, with the streams of the crowd open."""

    @classmethod
    def setUpClass(cls):
        files = crowd.raise_file_limit()
        cls.streams_count = min(STREAMS, files - SPARE_FILES)
        if cls.streams_count < STREAMS:
            say(f"SCALED DOWN to {cls.streams_count} streams: {files} files may be open here")
        cls.start_server()
        cls.loop = asyncio.new_event_loop()
        cls.addClassCleanup(cls.loop.close)
        cls.addClassCleanup(cls.send_away)
        cls.run_async(cls.gather_crowd())

    @classmethod
    def start_server(cls):
        digests = {name: hashlib.sha256(key.encode()).hexdigest() for name, key in KEYS.items()}
        lines = [f"{name}:sha256:{digest}" for name, digest in digests.items()]
        settings = {
            "port": 0,
            "admin-port": 0,
            "auth-api-keys": "env:CALLERS",
            "limits-max-connections": cls.streams_count + MARGIN,
            "limits-max-stream": "16KB",
            "timeouts-header": "2s",
            "timeouts-body": "2s",
            "timeouts-write": "2s",
            "sessions-max": 3 * SHARE,
            "sessions-max-per-principal": SHARE,
            "streams-max-age": "1h",
            "history-bytes-per-session": "64KB",
            "history-streams": UNREAD,
        }
        flags = [part for name, value in settings.items() for part in (f"--{name}", value)]
        cls.program = Program(
            [BINARIES / "conformance_server", *flags], {"CALLERS": "\n".join(lines)}
        )
        cls.addClassCleanup(cls.stop_server)
        cls.program.wait_for('"msg":"listening"')
        ports = {line["msg"]: line.get("port") for line in cls.program.lines()}
        cls.port, cls.admin = ports["listening"], ports["admin is listening"]

    @classmethod
    def stop_server(cls):
        code = cls.program.stop()
        assert code == 0, f"the server ended with {code}"

    @classmethod
    def run_async(cls, work):
        return cls.loop.run_until_complete(asyncio.wait_for(work, 240))

    @classmethod
    async def gather_crowd(cls):
        server = crowd.Server(cls.port, KEYS["crowd"])
        cls.alice = await crowd.Wire.open(crowd.Server(cls.port, KEYS["alice"]))
        _, fields, _ = await cls.alice.ask("initialize", crowd.INITIALIZE)
        cls.session = fields["mcp-session-id"]
        await cls.call()
        begin, before = time.monotonic(), cls.memory()
        sessions = await crowd.open_sessions(server, cls.streams_count)
        between = cls.memory()
        cls.streams = await crowd.open_streams(server, sessions)
        count, after = cls.streams_count, cls.memory()
        say(
            f"{count} sessions, a stream each, in {time.monotonic() - begin:.1f} s: "
            f"{(between - before) / count:.0f} B a session, {(after - between) / count:.0f} B a "
            f"stream, {after / 2**20:.0f} MB in all"
        )

    @classmethod
    def send_away(cls):
        for stream in cls.streams:
            stream.transport.abort()
        cls.alice.close()
        cls.run_async(asyncio.sleep(0.1))

    @classmethod
    def memory(cls):
        """Bytes of the server's own."""
        status = pathlib.Path(f"/proc/{cls.program.process.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+) kB", status).group(1)) * 1024

    @classmethod
    def metrics_page(cls):
        connection = http.client.HTTPConnection("127.0.0.1", cls.admin, timeout=PATIENCE)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        finally:
            connection.close()

    @classmethod
    def metric(cls, name, label=""):
        """As far as clients are concerned; 0 before the first time."""
        lines = re.findall(rf"^{name}(\{{.*\}})? (-?\d+)$", cls.metrics_page(), re.M)
        listener = 'listener="clients"' if name.startswith("davit_http") else ""
        return sum(int(n) for labels, n in lines if label in labels and listener in labels)

    @classmethod
    async def call(cls, name="test_simple_text"):
        params = {"name": name, "arguments": {}}
        status, _, message = await cls.alice.ask("tools/call", params, cls.session)
        assert status == 200 and "error" not in message, message

    async def assert_served(self, seconds=1.0):
        """A client among the others lists and calls, and hears of no error."""
        times = []
        end = time.monotonic() + seconds
        while time.monotonic() < end or not times:
            _, _, message = await self.alice.ask("tools/list", {}, self.session)
            self.assertGreater(len(message["result"]["tools"]), 10)
            begin = time.monotonic()
            await self.call()
            times.append((time.monotonic() - begin) * 1000)
        whole = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
        say(f"{len(times)} calls of another client: p50 {whole[49]:.2f} ms, p99 {whole[98]:.2f} ms")
        self.assert_crowd_is_there()

    def assert_crowd_is_there(self):
        self.assertEqual(sum(stream.is_open for stream in self.streams), self.streams_count)

    async def counted(self, name, label="", least=1):
        await crowd.until(lambda: self.metric(name, label) >= least)

    # ---------------------------------------------------------------------------------------------

    def test_the_crowd_is_counted_and_the_others_are_served(self):
        self.assertGreaterEqual(self.metric("davit_http_connections"), self.streams_count)
        self.assertEqual(self.metric("davit_http_streams"), self.streams_count)
        self.assertGreaterEqual(self.metric("davit_mcp_live_sessions"), self.streams_count)
        self.assertGreater(self.metric("davit_mcp_sessions_opened_total"), self.streams_count)
        self.run_async(self.assert_served(3))

    def test_one_change_reaches_them_all(self):
        async def change():
            before = sum(stream.messages for stream in self.streams)
            begin = time.monotonic()
            await self.call("test_trigger_tool_change")
            await crowd.until(
                lambda: sum(x.messages for x in self.streams) == before + self.streams_count
            )
            took = time.monotonic() - begin
            say(f"{self.streams_count} streams told of a change in {took:.1f} s")
            await self.assert_served()

        self.run_async(change())

    def test_connections_over_the_limit_are_refused(self):
        async def fill():
            before = self.metric("davit_http_rejected_total", "too_many_connections")
            there = self.metric("davit_http_connections")
            over = 20
            wanted = self.streams_count + MARGIN - there + over
            held = [await asyncio.open_connection("127.0.0.1", self.port) for _ in range(wanted)]
            refused = [await one[0].readuntil(b"\r\n\r\n") for one in held[-over:]]
            for answer in refused:
                self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer)
                self.assertIn(b"Retry-After: ", answer)
            await self.counted("davit_http_rejected_total", "too_many_connections", before + over)
            level = self.metric("davit_http_connections")
            self.assertEqual(level, self.streams_count + MARGIN)
            say(f"{level} connections, and {over} more were refused")
            await self.assert_served()
            for _, writer in held:
                writer.close()
            await crowd.until(lambda: self.metric("davit_http_connections") <= there)
            wire = await crowd.Wire.open(self.alice.server)
            status, _, _ = await wire.ask("initialize", crowd.INITIALIZE)
            self.assertEqual(status, 200)
            wire.close()

        self.run_async(fill())

    def test_who_never_reads_is_cut(self):
        async def shout():
            server = crowd.Server(self.port, KEYS["deaf"])
            (session,) = await crowd.open_sessions(server, 1)
            wire = await crowd.Wire.open(server)
            subscribed, _, _ = await wire.ask("resources/subscribe", {"uri": WATCHED}, session)
            self.assertEqual(subscribed, 200)
            peer = crowd.deaf_socket(self.port)
            peer.sendall(server.get(session))
            name = "davit_http_streams_dropped_total"
            before, memory = self.metric(name, "slow_reader"), self.memory()
            streams = self.metric("davit_http_streams")
            self.assertEqual(streams, self.streams_count + 1)
            change = {"name": "test_trigger_resource_update", "arguments": {}}
            request = self.alice.server.post("tools/call", change, self.session)
            said = 0
            while self.metric(name, "slow_reader") == before:
                self.assertLess(said, 200_000, "it is never cut")
                await self.alice.ask_many([request] * 200)
                said += 200
            await crowd.until(lambda: self.metric("davit_http_streams") == self.streams_count)
            grown = self.memory() - memory
            say(f"{said} events for who never reads: cut, and {grown / 1024:.0f} KB of memory")
            self.assertLessEqual(self.metric("davit_mcp_history_bytes"), 64 * 1024 + STREAMS * 200)
            peer.close()
            wire.close()
            await self.assert_served()

        self.run_async(shout())

    def test_streams_that_are_left_behind_are_forgotten(self):
        async def leave():
            server = crowd.Server(self.port, KEYS["fickle"])
            live = self.metric("davit_mcp_live_sessions")
            count = 3 * UNREAD
            sessions = await crowd.open_sessions(server, count)
            for begin in range(0, count, MARGIN * 9 // 10):
                some = await crowd.open_streams(server, sessions[begin : begin + MARGIN * 9 // 10])
                for stream in some:
                    stream.transport.abort()
                await crowd.until(
                    lambda: self.metric("davit_http_streams") == self.streams_count
                )
            self.assertEqual(self.metric("davit_mcp_unread_streams"), UNREAD)
            self.assertLessEqual(self.metric("davit_mcp_live_sessions"), live + UNREAD)
            dropped = self.metric("davit_mcp_unread_streams_dropped_total", "room")
            self.assertGreaterEqual(dropped, count - UNREAD)
            say(f"{count} streams left behind: {UNREAD} are kept")
            await self.assert_served()

        self.run_async(leave())

    def test_a_byte_a_second_is_cut(self):
        head = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"

        async def drip(at_once, rest):
            """The answer to who sends the rest a byte a second."""
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(at_once)
            answer = asyncio.ensure_future(reader.read())
            for byte in rest:
                await asyncio.wait([answer], timeout=1)
                if answer.done():
                    break
                writer.write(bytes([byte]))
            writer.close()
            return (await answer).split(b"\r\n", 1)[0]

        async def drip_all():
            begin = time.monotonic()
            slow = {"slow_head": (b"", head), "slow_body": (head, b" " * 1000)}
            name = "davit_http_rejected_total"
            before = {reason: self.metric(name, reason) for reason in slow}
            drips = [drip(*parts) for parts in slow.values() for _ in range(20)]
            answers, _ = await asyncio.gather(asyncio.gather(*drips), self.assert_served(3))
            self.assertEqual(set(answers), {b"HTTP/1.1 408 Request Timeout"})
            self.assertLess(time.monotonic() - begin, 15)
            for reason in slow:
                await self.counted(name, reason, before[reason] + 20)
            say("a byte a second: cut after two seconds, in the head and in the body")

        self.run_async(drip_all())

    def test_a_hundred_thousand_sessions(self):
        async def flood():
            server = crowd.Server(self.port, KEYS["mallory"])
            level = {"level": "error"}
            await self.alice.ask("logging/setLevel", level, self.session)
            live, memory = self.metric("davit_mcp_live_sessions"), self.memory()
            begin = time.monotonic()
            sessions = await crowd.open_sessions(server, SESSIONS)
            idle = self.memory() - memory
            say(
                f"{SESSIONS} sessions in {time.monotonic() - begin:.1f} s: {idle / SESSIONS:.0f} B "
                "each while they are idle"
            )
            self.assertEqual(self.metric("davit_mcp_live_sessions"), live)

            # Live state for each of them: the oldest ones lose theirs to the newer.
            dropped = self.metric("davit_mcp_sessions_dropped_total")
            grown = []
            for part in (sessions[:SHARE], sessions[SHARE : 2 * SHARE], sessions[2 * SHARE :]):
                memory = self.memory()
                asked = [server.post("logging/setLevel", level, x) for x in part]
                answers = await crowd.ask_all(server, asked)
                self.assertEqual({status for status, _, _ in answers}, {200})
                grown.append(self.memory() - memory)
                self.assertLessEqual(self.metric("davit_mcp_live_sessions"), live + SHARE)
            say(
                f"{grown[0] / SHARE:.0f} B for each live one, {SHARE} at most; "
                f"{sum(grown[1:]) / 1024:.0f} KB more for the {SESSIONS - SHARE} behind them"
            )
            now = self.metric("davit_mcp_sessions_dropped_total")
            self.assertEqual(now - dropped, SESSIONS - SHARE)
            if not has_sanitizer():
                self.assertLess(idle, SESSIONS * 50)
                self.assertLess(grown[0], SHARE * 2000)
                self.assertLess(sum(grown[1:]), 8 * 2**20)
            await self.assert_served()

        self.run_async(flood())

    def test_every_metric_is_described(self):
        described = set(re.findall(r"^\| `(\w+)` ", (ROOT / "docs/metrics.md").read_text(), re.M))
        kinds = re.findall(r"^# TYPE (\w+) ", self.metrics_page(), re.M)
        self.assertGreater(len(kinds), 20)
        self.assertEqual([name for name in kinds if name not in described], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
