"""The clients of 2025-03-26 to 2025-11-25: a session each, with a stream that is taken up again
where it ended."""

import asyncio
import collections
import contextlib
import time

from clients import BOTH, STEPS, Client, result_of
from counts import Failed
from wire import PATIENCE, Broken, Wire

REVISIONS = ("2025-11-25", "2025-06-18", "2025-03-26")
COME_BACK = 0.1  # seconds, unless the server says how long
RENEWED = 60  # rounds of a session; every second client has one as long as the load lasts
EVENT_PATIENCE = 10  # seconds until an event that was announced counts as lost
UPDATED = "notifications/resources/updated"


def end_of(event_id):
    """What tells streams and their events apart."""
    return event_id and event_id[-12:]


class Legacy(Client):
    kind = "legacy"
    listens = True
    renewed = RENEWED

    def __init__(self, load, number):
        super().__init__(load, number)
        self.revision = REVISIONS[number % len(REVISIONS)]
        self.kind = f"{self.kind} {self.revision}"
        self.token = None
        self.expected = {}  # numbered updates that are to come: when they were made, by URI
        self.seen = {}  # how often each came, by URI
        self.updates = 0
        self.rounds = 0
        self.stream = None
        self.follower = None
        self.story = collections.deque(maxlen=60)  # of the stream and its updates, by whom

    def note(self, what, response=None):
        # A request's id begins with that of the process which gave it.
        by = response.fields.get("x-request-id", "")[:8] if response else ""
        self.story.append((time.time(), f"{what} {by}".strip()))

    def tell(self, since):
        told = [(at, what) for at, what in self.story if at >= since]
        return "".join(f"\n        {at % 60:06.3f} {what}" for at, what in told)

    def head(self, method="", params=None):
        fields = {"Accept": BOTH}
        if self.token:
            fields |= {"MCP-Protocol-Version": self.revision, "Mcp-Session-Id": self.token}
        return fields

    async def post(self, call, message, wire=None):
        head = self.head()
        response = await (wire or self.wire).send("POST", self.path(), head, message)
        call.saw(response)
        if "resource" in call.what:
            self.note(call.what, response)
        if response.status != (200 if "id" in message else 202):
            await self.refused(call, response)
        return response

    async def refused(self, call, response):
        text = await response.text()
        is_lost = response.status == 404 or (response.status == 400 and "session" in text.lower())
        if is_lost and self.token:
            self.token = None  # a new one begins with the next round
            call.fail(text, also="sessions_lost")
        call.fail(text)

    async def begin(self):
        self.counts.add("sessions")
        params = {
            "protocolVersion": self.revision,
            "capabilities": {},
            "clientInfo": {"name": "rollouts", "version": "1"},
        }
        with self.counts.call(self.kind, "initialize") as call:
            async with asyncio.timeout(PATIENCE):
                response = await self.post(call, self.message("initialize", params))
                result = result_of(call, [one async for _, one in response.messages()])
                if result["protocolVersion"] != self.revision:
                    call.fail(f"another revision: {result}")
                token = response.fields["mcp-session-id"]
        self.token = token
        if self.listens and not self.follower:
            self.follower = self.load.spawn(self.listen())
        await self.notify("notifications/initialized")

    async def notify(self, method, **params):
        with self.counts.call(self.kind, method) as call:
            async with asyncio.timeout(PATIENCE):
                message = {"jsonrpc": "2.0", "method": method, "params": params}
                await (await self.post(call, message)).text()

    async def have_session(self):
        self.rounds += 1
        if self.token and self.number % 2 and self.rounds % self.renewed == 0:
            await self.leave()
        if not self.token:
            await self.begin()

    async def round(self):
        await self.have_session()
        if self.rounds % 8 == 0:
            await self.update()
        elif self.rounds % 50 == 49 and self.stream:
            self.stream.close()  # it comes back by itself
        elif self.rounds % 25 == 24:
            await self.leave_and_resume()
        else:
            await self.any_call()
        self.look_for_lost()

    async def leave(self):
        """Waits for what is on its way, and ends the session."""
        end = time.monotonic() + EVENT_PATIENCE
        while self.expected and time.monotonic() < end:
            await asyncio.sleep(0.05)
        self.look_for_lost(patience=0)
        if self.follower:
            self.follower.cancel()
            self.follower = None
        if self.stream:
            self.stream.close()
        if not self.token:
            return
        head, self.token = self.head(), None
        with contextlib.suppress(Failed), self.counts.call(self.kind, "DELETE") as call:
            async with asyncio.timeout(PATIENCE):
                response = call.saw(await self.wire.send("DELETE", self.path(), head))
                text = await response.text()
                if response.status != 204:
                    call.fail(text, also="sessions_lost" if response.status == 404 else None)

    # Updates of resources that nobody else has: each is a number on the session's stream

    async def update(self):
        self.updates += 1
        uri = f"test://{self.kind.replace(' ', '-')}-{self.number}/{self.updates}"
        await self.ask("resources/subscribe", {"uri": uri}, lambda *_: None)
        self.counts.add("events")
        self.expected[uri] = time.monotonic()
        try:
            await self.tool("test_trigger_resource_update", {"uri": uri}, lambda *_: None)
        except Failed:
            self.expected.pop(uri, None)  # it may have been made, or not

    def take(self, message):
        if message.get("method") != UPDATED:
            return
        uri = message["params"]["uri"]
        self.note(f"got {uri.rpartition('/')[2]}")
        self.expected.pop(uri, None)
        self.seen[uri] = self.seen.get(uri, 0) + 1
        if self.seen[uri] > 1:
            self.counts.fail("events_doubled", self.kind, uri, f"it came {self.seen[uri]} times")

    def look_for_lost(self, patience=EVENT_PATIENCE):
        now = time.monotonic()
        for uri, made in list(self.expected.items()):
            if now - made >= patience:
                del self.expected[uri]
                text = f"not after {now - made:.1f} s: {self.tell(time.time() - (now - made) - 2)}"
                self.counts.fail("events_lost", self.kind, uri, text)

    # The stream

    async def listen(self):
        last, token = None, None
        while True:
            if token != self.token:
                last, token = None, self.token
            pause = COME_BACK
            if token:
                with contextlib.suppress(Failed):
                    last, pause = await self.listen_once(last)
            await asyncio.sleep(pause)

    async def open(self, call, wire, last):
        head = self.head() | {"Accept": "text/event-stream"}
        if last:
            head["Last-Event-ID"] = last
            self.counts.add("resumed")
        response = await wire.send("GET", self.path(), head)
        call.saw(response)
        if response.status != 200:
            await self.refused(call, response)
        self.counts.add("streams")
        return response

    async def listen_once(self, last):
        """Until the stream ends; answers where it ended, and how long to wait."""
        wire = Wire(self.load.target.port, keeps=False)
        pause = COME_BACK
        try:
            with self.counts.call(self.kind, "GET stream") as call:
                async with asyncio.timeout(PATIENCE):
                    response = await self.open(call, wire, last)
            self.stream = wire  # it may be left from now on
            self.note(f"stream after {end_of(last)}", response)
            async for event in response.events():
                last = event.id or last
                pause = event.retry or pause
                if event.data:
                    self.take(event.message())
            self.note(f"it ended after {end_of(last)}")
        except Broken as error:
            self.note(f"it was {'broken' if wire.writer else 'left'} after {end_of(last)}")
            if wire.writer:  # otherwise it was us who left
                self.counts.fail("streams_broken", self.kind, "GET stream", error, response)
        finally:
            self.stream = None
            wire.close()
        return last, pause

    # A call whose stream is left after its first number, and taken up again elsewhere

    async def leave_and_resume(self, rest=700):
        if self.revision != "2025-11-25":
            return await self.any_call()
        with self.counts.call(self.kind, "a call that is resumed") as call:
            async with asyncio.timeout(PATIENCE):
                arguments = {"steps": STEPS, "rest_ms": rest}
                params = {"name": "test_count", "arguments": arguments}
                message = self.message("tools/call", params | {"_meta": {"progressToken": "p"}})
                wire = Wire(self.load.target.port, keeps=False)
                said, last = [], None
                try:
                    response = await self.post(call, message, wire)
                    async for last, one in response.messages():
                        said.append(one)
                        break
                finally:
                    wire.close()
                said += await self.resume(call, last)
                result_of(call, said)
                self.check_numbers(
                    [one["params"]["progress"] for one in said if "method" in one], STEPS
                )

    async def resume(self, call, last):
        """What is said after the event `last`, on as many streams as that takes, to the answer."""
        said = []
        while not said or "method" in said[-1]:
            wire = Wire(self.load.target.port, keeps=False)
            try:
                response = await self.open(call, wire, last)
                async for event in response.events():
                    last = event.id or last
                    if event.data:
                        said.append(event.message())
            except Broken:
                pass
            finally:
                wire.close()
            await asyncio.sleep(COME_BACK)
        return said
