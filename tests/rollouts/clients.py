"""The clients of 2026-07-28 and what all clients have in common. Each repeats its round until the
load ends, checks whatever it is answered, and comes back after a failure as real ones do."""

import asyncio
import itertools
import json
import random

from counts import Failed
from programs import MODERN
from wire import PATIENCE, Broken, Wire

BOTH = "application/json, text/event-stream"
REST = (2_000, 5_000)  # milliseconds that a long call takes
CANCELLED_REST = 10_000  # of one that is not to come to its end
STEPS = 5


class Client:
    kind = ""
    pause = 0.2  # seconds between rounds

    def __init__(self, load, number):
        self.load, self.counts, self.number = load, load.counts, number
        self.random = random.Random(f"{load.seed} {self.kind} {number}")
        self.wire = Wire(load.target.port, keeps=number % 2 == 0)
        self.ids = itertools.count(1)

    async def run(self):
        while not self.load.is_stopping:
            try:
                await self.round()
            except Failed:
                pass
            await asyncio.sleep(self.pause * self.random.uniform(0.5, 1.5))
        await self.leave()
        self.wire.close()

    async def round(self):
        raise NotImplementedError

    async def leave(self):
        """After the last round."""

    def interrupt(self):
        """The load ends: nothing may be waited for without end."""

    def path(self):
        return self.load.target.path

    def head(self, method, params):
        """The header fields of a message."""
        raise NotImplementedError

    def message(self, method, params):
        return {"jsonrpc": "2.0", "id": next(self.ids), "method": method, "params": params}

    async def post(self, call, message, wire=None):
        """The head of its answer, which is 200 or the call has failed."""
        head = self.head(message["method"], message.get("params", {}))
        response = await (wire or self.wire).send("POST", self.path(), head, message)
        call.saw(response)
        if response.status != 200:
            call.fail(await response.text())
        return response

    async def ask(self, method, params, check, patience=PATIENCE):
        """A request whose result must pass `check`, which answers what is wrong with it."""
        name = params.get("name") or params.get("uri", "")
        with self.counts.call(self.kind, f"{method} {name}".strip()) as call:
            async with asyncio.timeout(patience):
                message = self.message(method, params)
                said = await self.converse(call, message)
                result = result_of(call, said)
                if wrong := check(result, said):
                    call.fail(f"wrong answer, {wrong}: {result}")
                return result

    async def converse(self, call, message):
        """All that is said on the way to the answer, which is last."""
        response = await self.post(call, message)
        return [one async for _, one in response.messages()]

    async def tool(self, name, arguments, check, patience=PATIENCE):
        params = {"name": name, "arguments": arguments, "_meta": {"progressToken": "p"}}
        return await self.ask("tools/call", params, check, patience)

    # Calls that check themselves

    async def add(self):
        a, b = (self.random.randrange(1_000_000) for _ in range(2))

        def check(result, _):
            # Clients before 2025-06-18 know the text alone.
            total = json.loads(result["content"][0]["text"])["sum"]
            if total != result.get("structuredContent", {"sum": total})["sum"]:
                return "text and structure differ"
            return total != a + b and f"{a} + {b} is not {total}"

        await self.tool("test_structured_content", {"a": a, "b": b}, check)

    async def read(self):
        number = self.random.randrange(1_000_000)
        uri = f"test://template/{number}/data"

        def check(result, _):
            return f'"{number}"' not in result["contents"][0]["text"] and "another resource"

        await self.ask("resources/read", {"uri": uri}, check)

    async def list_tools(self):
        def check(result, _):
            names = {tool["name"] for tool in result["tools"]}
            return not {"test_structured_content", "test_count"} <= names and "tools are missing"

        await self.ask("tools/list", {}, check)

    async def count(self, rest, steps=STEPS):
        def check(result, said):
            self.check_numbers(progress_of(said), steps)
            text = result["content"][0]["text"]
            return text != f"Counted to {steps}." and f"it is not {steps}"

        arguments = {"steps": steps, "rest_ms": rest}
        await self.tool("test_count", arguments, check, PATIENCE + rest / 1000)

    def check_numbers(self, got, steps):
        """Each of the numbers was to come once."""
        self.counts.add("events", steps)
        for number in range(1, steps + 1):
            times = got.count(number)
            if times != 1:
                name = "events_lost" if times == 0 else "events_doubled"
                self.counts.fail(name, self.kind, f"progress {number} of {steps}", f"got {got}")

    def any_call(self):
        return self.random.choices(
            (self.add, self.read, self.list_tools, lambda: self.count(0)), (6, 2, 1, 2)
        )[0]()


def result_of(call, said):
    answer = said[-1] if said else {}
    if "error" in answer:
        call.fail(answer["error"])
    if "result" not in answer:
        call.fail(f"the stream ended without an answer, after {said}")
    if answer["result"].get("isError"):
        call.fail(f"tool error: {answer['result']}")
    return answer["result"]


def progress_of(said):
    return [
        one["params"]["progress"] for one in said if one.get("method") == "notifications/progress"
    ]


class Modern(Client):
    kind = "modern"

    def head(self, method, params):
        fields = {"Accept": BOTH, "MCP-Protocol-Version": MODERN, "Mcp-Method": method}
        name = params.get("name") or params.get("uri")
        return fields | ({"Mcp-Name": name} if name else {})

    def message(self, method, params):
        meta = {
            "io.modelcontextprotocol/protocolVersion": MODERN,
            "io.modelcontextprotocol/clientCapabilities": {},
            **params.get("_meta", {}),
        }
        return super().message(method, {**params, "_meta": meta})

    async def round(self):
        await self.any_call()


class ModernLong(Modern):
    kind = "modern long"

    async def round(self):
        await self.count(self.random.randrange(*REST))


class ModernLeaver(Modern):
    """Cancels as one does in this revision: by closing the stream of the call."""

    kind = "modern leaver"
    pause = 1.0

    async def round(self):
        with self.counts.call(self.kind, "a call that is left") as call:
            async with asyncio.timeout(PATIENCE):
                arguments = {"steps": 1, "rest_ms": CANCELLED_REST}
                params = {"name": "test_count", "arguments": arguments}
                message = self.message("tools/call", params | {"_meta": {"progressToken": "p"}})
                wire = Wire(self.load.target.port, keeps=False)
                try:
                    response = await self.post(call, message, wire)
                    await anext(response.messages())
                finally:
                    wire.close()


class ModernListener(Modern):
    """Holds a stream for news open, and opens it again when it ends as it should."""

    kind = "modern listener"
    pause = 0.5

    async def round(self):
        self.stream = wire = Wire(self.load.target.port, keeps=False)
        try:
            await self.listen(wire)
        finally:
            wire.close()

    def interrupt(self):
        self.stream.close()

    async def listen(self, wire):
        filter = {"notifications": {"toolsListChanged": True}}
        with self.counts.call(self.kind, "subscriptions/listen") as call:
            async with asyncio.timeout(PATIENCE):
                response = await self.post(call, self.message("subscriptions/listen", filter), wire)
                said = response.messages()
                _, first = await anext(said)
                if not first.get("method", "").endswith("subscriptions/acknowledged"):
                    call.fail(f"not acknowledged: {first}")
        self.counts.add("streams")
        last = {}
        text = "it ended without its result"
        try:
            async for _, last in said:
                pass
        except Broken as error:
            text = error
        if "result" not in last and not self.load.is_stopping:
            self.counts.fail("streams_broken", self.kind, "listen", text, response)


class ModernConnector(Modern):
    """Calls a server of davitd's, beside the fixture."""

    kind = "modern connector"
    pause = 0.4

    def path(self):
        return self.load.target.connector_path

    async def round(self):
        arguments = {"project": "harbor/api"}

        def check(result, _):
            return not result["content"][0]["text"] and "an empty answer"

        await self.tool("gitlab_list_merge_requests", arguments, check)
