"""Clients of 2025-03-26 to 2025-11-25 whose calls take long, or are cancelled."""

import asyncio

from clients import CANCELLED_REST, REST
from legacy import RENEWED, Legacy
from wire import PATIENCE, Broken, Wire

TAKEN = 3  # seconds until the stream of a cancelled call has ended


class LegacyLong(Legacy):
    kind = "legacy long"
    listens = False
    renewed = RENEWED // 10

    async def round(self):
        await self.have_session()
        await self.count(self.random.randrange(*REST))

    async def converse(self, call, message):
        """A stream that ends before the answer is taken up where it ended, if it can be."""
        response = await self.post(call, message)
        said, last = [], None
        try:
            async for event in response.events() if response.is_stream else none():
                last = event.id or last
                if event.data:
                    said.append(event.message())
        except Broken:
            self.wire.close()
            self.counts.fail("streams_broken", self.kind, "tools/call", "resumed", response)
            if not last:
                raise
        if not response.is_stream:
            return [one async for _, one in response.messages()]
        if last and (not said or "method" in said[-1]):
            said += await self.resume(call, last)
        return said


async def none():
    return
    yield


class LegacyCanceller(Legacy):
    kind = "legacy canceller"
    listens = False
    renewed = RENEWED // 10
    pause = 1.0

    async def round(self):
        await self.have_session()
        wire = Wire(self.load.target.port, keeps=False)
        try:
            with self.counts.call(self.kind, "a call that is cancelled") as call:
                async with asyncio.timeout(PATIENCE):
                    response, message, said = await self.start(call, wire)
            await asyncio.sleep(self.random.uniform(0, 1))
            self.counts.add("cancels")
            await self.notify("notifications/cancelled", requestId=message["id"])
            await self.wait_for_end(response, said)
        finally:
            wire.close()

    async def start(self, call, wire):
        params = {"name": "test_count", "arguments": {"steps": 1, "rest_ms": CANCELLED_REST}}
        message = self.message("tools/call", params | {"_meta": {"progressToken": "p"}})
        response = await self.post(call, message, wire)
        said = response.messages()
        await anext(said)
        return response, message, said

    async def wait_for_end(self, response, said):
        try:
            async with asyncio.timeout(TAKEN):
                rest = [one async for _, one in said]
                text = rest and f"it was answered: {rest}"
        except TimeoutError:
            text = f"it runs on after {TAKEN} s"
        except Broken as error:
            text = f"its stream broke: {error}"
        if text:
            self.counts.fail("cancels_not_taken", self.kind, "cancellation", text, response)
