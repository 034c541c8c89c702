"""The clients of 2024-11-05: the stream is the session, and both may end at any time."""

import asyncio

from clients import Client
from counts import Ended
from wire import PATIENCE, Broken, Wire

AT_ONCE = 1  # seconds in which a session that refuses a message has to be at its end
ROUNDS = 20  # of a session, which keeps a server from ending as long as it lasts
REVISION = "2024-11-05"


class HttpSse(Client):
    kind = "http+sse"
    pause = 0.4

    def __init__(self, load, number):
        super().__init__(load, number)
        self.rounds = 0
        self.stream = None
        self.reader = None
        self.ended = asyncio.Event()
        self.ended.set()
        self.waiting = {}

    async def round(self):
        self.rounds += 1
        if self.ended.is_set() or self.rounds % ROUNDS == 0:
            await self.begin()
        else:
            await self.add()

    async def leave(self):
        await self.end()

    async def end(self):
        if self.reader:
            self.reader.cancel()
            self.reader = None
        if self.stream:
            self.stream.close()
        self.ended.set()

    async def begin(self):
        await self.end()
        self.stream = Wire(self.load.target.port, keeps=False)
        with self.counts.call(self.kind, "GET stream") as call:
            async with asyncio.timeout(PATIENCE):
                fields = {"Accept": "text/event-stream"}
                response = await self.stream.send("GET", self.load.target.sse_path, fields)
                call.saw(response)
                if response.status != 200:
                    call.fail(await response.text())
                events = response.events()
                self.place = (await anext(events)).data
        self.counts.add("sse_sessions")
        self.ended.clear()
        self.reader = self.load.spawn(self.read(events, response))
        params = {
            "protocolVersion": REVISION,
            "capabilities": {},
            "clientInfo": {"name": "rollouts", "version": "1"},
        }
        try:
            await self.ask("initialize", params, lambda *_: None)
            with self.counts.call(self.kind, "notifications/initialized") as call:
                message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
                await self.say(call, message)
        except Exception:
            # A session that was not begun is no session.
            await self.end()
            raise

    async def read(self, events, response):
        try:
            async for event in events:
                message = event.message()
                if (waiting := self.waiting.get(message.get("id"))) and not waiting.done():
                    waiting.set_result(message)
            self.counts.add("sse_ended")
        except Broken as error:
            self.counts.fail("streams_broken", self.kind, "GET stream", error, response)
        self.ended.set()
        for waiting in self.waiting.values():
            if not waiting.done():
                waiting.set_exception(Broken("the stream ended before the answer came"))

    async def say(self, call, message):
        """Posts a message. A refusal is right when the session ends now."""
        response = await self.wire.send("POST", self.place, {"Accept": "*/*"}, message)
        text = await response.text()
        call.saw(response)
        if response.status == 202:
            return
        if response.status != 404:
            call.fail(text)
        try:
            async with asyncio.timeout(AT_ONCE):
                await self.ended.wait()
        except TimeoutError:
            call.fail(text, also="sessions_lost")
        raise Ended

    async def converse(self, call, message):
        waiting = asyncio.get_running_loop().create_future()
        self.waiting[message["id"]] = waiting
        try:
            await self.say(call, message)
            return [await waiting]
        finally:
            del self.waiting[message["id"]]
            waiting.cancel()
