"""What came of the load: everything is counted, and each failure is kept with what explains it."""

import asyncio
import collections
import contextlib
import dataclasses
import threading
import time

from wire import Broken

KEPT = 500  # failures with their story
BEGIN = 4_000  # characters of a body, or of another story
NAMES = (
    "sent",  # requests and notifications, streams opened
    "right",
    "failed",  # not served, or wrongly
    "sessions",
    "sessions_lost",  # refused though nobody ended them
    "sse_sessions",  # HTTP+SSE: they end with their stream, which is allowed
    "sse_ended",
    "streams",
    "streams_broken",  # ended, but not as a stream ends
    "resumed",  # streams and calls, with Last-Event-ID
    "events",  # numbered, expected on some stream
    "events_lost",
    "events_doubled",
    "cancels",
    "cancels_not_taken",
)
# What must be zero when nothing goes wrong, and what needs a shared store once a replica has gone.
CALLS = ("failed", "sessions_lost")
EVENTS = ("events_lost", "events_doubled")


class Failed(Exception):
    """It was counted; the client goes on with something else."""


class Ended(Exception):
    """It was refused, rightly: its session has just ended with its stream, as it may."""


@dataclasses.dataclass
class Failure:
    at: float  # seconds since the epoch
    began: float  # when the request was sent
    name: str  # which count it is in
    kind: str  # of the client
    what: str
    release: str  # that answered, if anybody did
    status: int
    text: str

    def __str__(self):
        clock = time.strftime("%H:%M:%S", time.gmtime(self.at)) + f"{self.at % 1:.3f}"[1:]
        who = self.release or "nobody"
        return f"{clock} {self.name}: {self.kind}, {self.what}: {self.status} by {who}: {self.text}"


class Call:
    """One request that is under way, until it was right or failed."""

    def __init__(self, counts, kind, what):
        self.counts, self.kind, self.what = counts, kind, what
        self.began = time.time()
        self.response = None

    def fail(self, text, also=None):
        """`also` is what is counted beside the failed call."""
        self.counts.fail("failed", self.kind, self.what, text, self.response, self.began)
        if also:
            self.counts.add(also)
        raise Failed(text)

    def saw(self, response):
        self.response = response
        self.counts.saw(response.release, self.began, is_modern=self.kind.startswith("modern"))
        return response


class Counts:
    """May be read by other threads at any time."""

    def __init__(self):
        self.lock = threading.Lock()
        self.numbers = dict.fromkeys(NAMES, 0)
        self.releases = collections.Counter()  # answers by release
        self.kinds = collections.Counter()  # calls sent, by kind of client
        # By release: when the last request was sent that it answered. Without those of sessions,
        # which may be answered by where they began.
        self.last_sent = {}
        self.failures = collections.deque(maxlen=KEPT)
        self.under_way = set()  # calls

    def add(self, name, count=1):
        with self.lock:
            self.numbers[name] += count

    def saw(self, release, sent, is_modern):
        with self.lock:
            self.releases[release] += 1
            if is_modern:
                self.last_sent[release] = max(sent, self.last_sent.get(release, 0))

    def fail(self, name, kind, what, text, response=None, began=None):
        status, release = (response.status, response.release) if response else (0, "")
        self.add(name)
        now = time.time()
        story = Failure(now, began or now, name, kind, what, release, status, str(text)[:BEGIN])
        with self.lock:
            self.failures.append(story)

    @contextlib.contextmanager
    def call(self, kind, what):
        """Sent now; failed if anything but Ended is raised inside, and right otherwise."""
        self.add("sent")
        call = Call(self, kind, what)
        with self.lock:
            self.kinds[kind] += 1
            self.under_way.add(call)
        try:
            yield call
        except Failed:
            raise
        except Ended as error:
            self.add("right")
            raise Failed from error
        except asyncio.CancelledError:
            self.add("sent", -1)  # left by the load itself
            raise
        except (Broken, ValueError, KeyError, TypeError, IndexError, TimeoutError) as error:
            call.fail(f"{type(error).__name__}: {error}")
        finally:
            with self.lock:
                self.under_way.discard(call)
        self.add("right")

    def is_answering(self, release, kind, younger_than):
        """Whether `release` has begun to answer a call of such a client, of whatever revision, that
        was sent less than so many seconds ago."""
        with self.lock:
            return any(
                call.kind.startswith(kind)
                and call.response
                and call.response.release == release
                and time.time() - call.began < younger_than
                for call in self.under_way
            )

    def snapshot(self):
        with self.lock:
            return Snapshot(
                time.time(), dict(self.numbers), self.releases.copy(), list(self.failures)
            )


@dataclasses.dataclass
class Snapshot:
    at: float
    numbers: dict
    releases: collections.Counter
    failures: list

    def since(self, before):
        """What was counted between two of them."""
        return Snapshot(
            self.at,
            {name: count - before.numbers[name] for name, count in self.numbers.items()},
            self.releases - before.releases,
            [one for one in self.failures if one.at >= before.at],
        )

    def missed(self, floors):
        return {name: self.numbers[name] for name in floors if self.numbers[name]}


def table(rows):
    """Counts beside each other: a line for each name that is not zero everywhere."""
    width = max(len(title) for title in rows) + 2
    lines = ["".ljust(18) + "".join(title.rjust(width) for title in rows)]
    for name in NAMES:
        cells = [numbers[name] for numbers in rows.values()]
        lines.append(name.ljust(18) + "".join(f"{cell}".rjust(width) for cell in cells))
    return "\n".join(lines)
