"""What a server holds: private memory per idle session and per open stream, and whether a call
stays as fast when there are many sessions."""
import concurrent.futures
import contextlib
import tempfile
import time

from . import calls, mcp, process, servers

WORKERS = 8
# One address has some 28,000 ports to connect from.
STREAMS_PER_ADDRESS = 20_000
# Left free of what a process may open: the server's other files, and our control connections.
SPARE_FILES = 200


class Crowd:
    """Opens sessions and streams of one server, several at a time, and keeps them open."""

    def __init__(self, target, mode):
        self.target, self.mode = target, mode
        self.sessions, self.streams = [], []
        # One for each worker, with a first session, so that what they cost is not counted later.
        self.controls = [mcp.Connection(target.port) for _ in range(WORKERS)]
        for worker in range(WORKERS if mode == "session" else 0):
            self._new_session(worker)
        self.pool = concurrent.futures.ThreadPoolExecutor(WORKERS)

    def close(self):
        self.pool.shutdown(cancel_futures=True)
        for connection in self.controls + self.streams:
            connection.close()

    def _new_session(self, worker):
        try:
            return mcp.open_session(self.controls[worker])
        except OSError:  # some servers close what was idle for seconds
            self.controls[worker].close()
            self.controls[worker] = mcp.Connection(self.target.port)
            return mcp.open_session(self.controls[worker])

    def _open_sessions(self, worker, numbers):
        for _ in numbers:
            self.sessions.append(self._new_session(worker))

    def _open_streams(self, _, numbers):
        for number in numbers:
            source = f"127.0.0.{2 + number // STREAMS_PER_ADDRESS}"
            session = self.sessions[number] if self.mode == "session" else None
            self.streams.append(mcp.open_stream(self.target.port, self.mode, session, source))

    def grow(self, what, count, seconds):
        """Until there are `count`. Answers why it stopped before: time, memory, a refusal."""
        deadline = time.monotonic() + seconds
        open_some, held = {"session": (self._open_sessions, self.sessions),
                           "stream": (self._open_streams, self.streams)}[what]
        while len(held) < count:
            if time.monotonic() > deadline:
                return "time"
            if process.free_memory() < 1 << 30:
                return "memory"
            numbers = range(len(held), min(count, len(held) + 500))
            futures = [self.pool.submit(open_some, worker, numbers[worker::WORKERS])
                       for worker in range(WORKERS)]
            errors = [future.exception() for future in futures if future.exception()]
            if errors:
                return str(errors[0]) or type(errors[0]).__name__
        return None


def settled(target, options):
    time.sleep(options.settle)
    return target.private_bytes()


def measure(server, what, options):
    """`what` is "session", "stream" (GET of a legacy session) or "listen" (modern subscription).
    One row for each step: asked, reached, bytes for each, why it stopped."""
    mode = "modern" if what == "listen" else "session"
    answer_format = "json" if (mode, "json") not in server.refuses else "sse"
    if why := server.refuses.get((mode, answer_format)):
        return {"not_offered": why}
    rows = []
    with servers.started(server, mode, answer_format) as target, \
            contextlib.closing(Crowd(target, mode)) as crowd:
        calls.wrk(target, mode, session_of(target, mode), 1)
        used = 0
        before = settled(target, options)
        for step in options.steps(what):
            stopped = None
            if what == "stream":
                # The sessions are paid for first, so that a stream's own price is left.
                stopped = crowd.grow("session", step, options.hold_seconds)
                before = settled(target, options)
            kind = "session" if what == "session" else "stream"
            count = len(crowd.sessions) if what == "stream" else step
            stopped = crowd.grow(kind, count, options.hold_seconds) or stopped
            after = settled(target, options)
            used, before = used + after - before, after
            reached = len(crowd.sessions if kind == "session" else crowd.streams)
            if reached > (rows[-1]["reached"] if rows else 0):
                rows.append({"asked": step, "reached": reached, "bytes_each": used / reached,
                             "stopped": stopped, "private_bytes": after})
            if stopped:
                break
        return {"steps": rows} if rows else {"not_offered": stopped}


def session_of(target, mode):
    if mode == "modern":
        return None
    with contextlib.closing(mcp.Connection(target.port)) as connection:
        return mcp.open_session(connection)


def flat(server, options):
    """Latency of a call when the calls go to so many sessions in turn."""
    answer_format = "json" if ("session", "json") not in server.refuses else "sse"
    rows = []
    with servers.started(server, "session", answer_format) as target, \
            contextlib.closing(Crowd(target, "session")) as crowd, \
            tempfile.NamedTemporaryFile("w") as ids:
        for count in options.flat_steps:
            stopped = crowd.grow("session", count, options.hold_seconds)
            if len(crowd.sessions) < count:
                rows.append({"sessions": count, "failed": f"{stopped} at {len(crowd.sessions)}"})
                break
            ids.seek(0)
            ids.truncate()
            ids.write("\n".join(crowd.sessions[:count]))
            ids.flush()
            runs = [calls.load(target, "session", f"@{ids.name}", options.seconds)
                    for _ in range(options.flat_rounds)]
            rows.append({"sessions": count, **min(runs, key=lambda row: row["us_per_call"])})
    return {"steps": rows}
