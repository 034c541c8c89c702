"""The load: a crowd of clients of all revisions, in a thread of its own, that calls through the
balancer until it is stopped."""

import asyncio
import dataclasses
import threading
import traceback

from clients import Modern, ModernConnector, ModernLeaver, ModernListener, ModernLong
from counts import Counts
from http_sse import HttpSse
from legacy import Legacy
from legacy_calls import LegacyCanceller, LegacyLong

# Who is in it. Some 80 calls a second.
CROWD = {
    Modern: 6,
    ModernLong: 2,
    ModernLeaver: 1,
    ModernListener: 1,
    Legacy: 6,
    LegacyLong: 3,
    LegacyCanceller: 2,
    HttpSse: 2,
}
# The same without long calls, for a few seconds.
QUICK = {kind: count for kind, count in CROWD.items() if kind not in (ModernLong, LegacyLong)}
LAST_CALLS = 25  # seconds for the calls that are under way when the load is to end


@dataclasses.dataclass
class Target:
    """Where the balancer is, and what is where behind it."""

    port: int
    path: str = "/mcp"
    sse_path: str = "/sse"
    connector_path: str = ""  # of GitLab's, if there is one


class Load:
    """Runs inside a `with`."""

    def __init__(self, target, seed=1, crowd=None):
        self.target, self.seed = target, seed
        self.crowd = CROWD if crowd is None else crowd
        self.counts = Counts()
        self.is_stopping = False
        self.trouble = None  # of the load itself
        self.tasks = set()
        self.thread = threading.Thread(target=self.run, name="load")

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Lets everybody finish. Raises what went wrong in the load itself."""
        self.is_stopping = True
        self.thread.join()
        if self.trouble:
            raise AssertionError(f"the load itself failed:\n{self.trouble}")

    def snapshot(self):
        return self.counts.snapshot()

    def run(self):
        try:
            asyncio.run(self.run_all())
        except BaseException:
            self.trouble = traceback.format_exc()

    async def run_all(self):
        crowd = dict(self.crowd)
        if self.target.connector_path:
            crowd[ModernConnector] = 2
        clients = [kind(self, number) for kind, count in crowd.items() for number in range(count)]
        for one in clients:
            self.spawn(one.run())
        mains = set(self.tasks)
        while not self.is_stopping:
            await self.look_for_trouble(0.1)
        for one in clients:
            one.interrupt()
        end = asyncio.get_running_loop().time() + LAST_CALLS
        while mains & self.tasks and asyncio.get_running_loop().time() < end:
            await self.look_for_trouble(0.1)
        for task in self.tasks:
            task.cancel()
        assert not mains & self.tasks, f"they do not end: {mains & self.tasks}"

    def spawn(self, coroutine):
        """A task whose failure is that of the load: what clients meet is counted, not raised."""
        task = asyncio.create_task(coroutine)
        self.tasks.add(task)
        return task

    async def look_for_trouble(self, seconds):
        done, _ = await asyncio.wait(
            self.tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        self.tasks -= done
        for one in done:
            if not one.cancelled():
                one.result()
        if done:
            await asyncio.sleep(0.01)
