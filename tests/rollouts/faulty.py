#!/usr/bin/env python3
"""A server with a fault: stands in front of a good one, passes everything on, and does one thing
wrong. Ends with the good one.

usage: faulty.py FAULT[:SECONDS] PORT COMMAND...   ({inner} in the command is the good one's)
"""

import asyncio
import contextlib
import json
import os
import pathlib
import signal
import socket
import sys
import time

from wire import AGENT, Broken, Wire

EVERY = 4  # of the messages that a fault is about, one in so many meets it
GONE_TOOL = "test_image_content"
HOP = ("connection", "content-length", "transfer-encoding", "keep-alive")
REASONS = {500: "Internal Server Error", 404: "Not Found", 202: "Accepted", 200: "OK"}


class Fault:
    """Does nothing wrong. What it is asked may answer an own response, (status, body)."""

    def __init__(self):
        self.seen = 0

    def is_due(self):
        self.seen += 1
        return self.seen % EVERY == 0

    def request(self, request):
        return None

    def answer(self, request, text):
        """The body of an answer that is no stream."""
        return text

    def event(self, text):
        """What becomes of one event: a list of them."""
        return [text]


class WrongAnswer(Fault):
    def request(self, request):
        if request.tool == "test_structured_content":
            request.message["params"]["arguments"]["a"] += 1
            request.body = json.dumps(request.message).encode()


class SomeWrongAnswers(WrongAnswer):
    def request(self, request):
        return super().request(request) if self.is_due() else None


class ToolRemoved(Fault):
    def answer(self, request, text):
        if request.rpc != "tools/list":
            return text
        message = json.loads(text)
        tools = message["result"]["tools"]
        message["result"]["tools"] = [one for one in tools if one["name"] != GONE_TOOL]
        return json.dumps(message).encode()


class TurnsBad(Fault):
    """Answers 500 to clients, so many seconds after the first of them came."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds
        self.first = None

    def request(self, request):
        if request.fields.get("user-agent") != AGENT:
            return None
        self.first = self.first or time.monotonic()
        is_bad = time.monotonic() - self.first >= self.seconds
        return (500, b"it has turned bad") if is_bad else None


class SomeErrors(Fault):
    def request(self, request):
        return (500, b"an error") if request.tool and self.is_due() else None


class SomeRpcErrors(Fault):
    def request(self, request):
        if not request.tool or not self.is_due():
            return None
        error = {"code": -32603, "message": "an error"}
        answer = {"jsonrpc": "2.0", "id": request.message["id"], "error": error}
        return 200, json.dumps(answer).encode()


class SomeResets(Fault):
    def request(self, request):
        return (0, b"") if request.tool and self.is_due() else None


class SomeSessionsLost(Fault):
    def request(self, request):
        has_session = request.tool and "mcp-session-id" in request.fields
        return (404, b"no such session") if has_session and self.is_due() else None


class EventsLost(Fault):
    def event(self, text):
        return [] if b"resources/updated" in text and self.is_due() else [text]


class EventsDoubled(Fault):
    def event(self, text):
        return [text] * (2 if b"resources/updated" in text and self.is_due() else 1)


class CancelsIgnored(Fault):
    def request(self, request):
        return (202, b"") if request.rpc == "notifications/cancelled" else None


# Those of a server, and those that a client sees.
FAULTS = {
    "none": Fault,
    "wrong-answer": WrongAnswer,
    "tool-removed": ToolRemoved,
    "turns-bad": TurnsBad,
    "some-wrong-answers": SomeWrongAnswers,
    "some-errors": SomeErrors,
    "some-rpc-errors": SomeRpcErrors,
    "some-resets": SomeResets,
    "some-sessions-lost": SomeSessionsLost,
    "events-lost": EventsLost,
    "events-doubled": EventsDoubled,
    "cancels-ignored": CancelsIgnored,
}


class Request:
    @classmethod
    async def read(cls, reader):
        self = cls()
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        self.method, self.path, _ = head[0].split()
        lines = [line.partition(":") for line in head[1:] if line]
        self.fields = {name.lower(): value.strip() for name, _, value in lines}
        self.body = await reader.readexactly(int(self.fields.get("content-length", 0)))
        self.message = {}
        with contextlib.suppress(ValueError):
            self.message = json.loads(self.body)
        self.rpc = self.message.get("method") if isinstance(self.message, dict) else None
        self.tool = self.message["params"]["name"] if self.rpc == "tools/call" else None
        return self


class Proxy:
    """A connection carries one request, so that who leaves is seen, and nothing is shared."""

    def __init__(self, fault, port):
        self.fault, self.port = fault, port

    async def serve(self, reader, writer):
        wire = Wire(self.port, keeps=False)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, Broken):
            request = await Request.read(reader)
            relay = asyncio.create_task(self.relay(request, wire, writer))
            leaving = asyncio.create_task(reader.read(1))
            await asyncio.wait({relay, leaving}, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            relay.cancel()
            await asyncio.gather(relay, leaving, return_exceptions=True)
            if relay.done() and not relay.cancelled() and relay.exception():
                writer.transport.abort()  # what broke behind us, breaks before us
        wire.close()
        writer.close()

    async def relay(self, request, wire, writer):
        if (own := self.fault.request(request)) is not None:
            status, body = own
            if status == 0:
                writer.transport.abort()
                return
            fields = {"Content-Type": "application/json"} if status == 200 else {}
            await self.write(writer, status, fields, body)
            return
        fields = {name: value for name, value in request.fields.items() if name not in HOP}
        fields["connection"] = "close"
        answer = await wire.send_bytes(request.method, request.path, fields, request.body)
        fields = {name: value for name, value in answer.fields.items() if name not in HOP}
        if not answer.is_stream:
            body = (await answer.text()).encode()
            if answer.status == 200 and body:
                body = self.fault.answer(request, body)
            await self.write(writer, answer.status, fields, body)
            return
        fields["transfer-encoding"] = "chunked"
        await self.write(writer, answer.status, fields, None)
        rest = b""
        async for piece in answer.pieces():
            *events, rest = (rest + piece).split(b"\n\n")
            for event in events:
                for one in self.fault.event(event + b"\n\n"):
                    writer.write(b"%x\r\n%s\r\n" % (len(one), one))
            await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def write(self, writer, status, fields, body):
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in fields.items()]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + (body or b""))
        await writer.drain()


def free_port():
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


async def run(fault, port, command):
    inner = free_port()
    name, _, seconds = fault.partition(":")
    made = FAULTS[name](float(seconds)) if seconds else FAULTS[name]()
    command = [part.replace("{inner}", str(inner)) for part in command]
    child = await asyncio.create_subprocess_exec(*command)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, lambda: child.returncode is None and child.terminate())
    server = await asyncio.start_server(Proxy(made, inner).serve, "127.0.0.1", port)
    async with server:
        return await child.wait()


def main():
    fault, port, *command = sys.argv[1:]
    if fault == "crash":
        print("a fault was ordered: it crashes", file=sys.stderr)
        os.abort()
    if fault == "hang":
        print("a fault was ordered: it hangs", file=sys.stderr, flush=True)
        signal.pause()
    sys.exit(asyncio.run(run(fault, int(port), command)))


def command_of(fault, port, command):
    """That starts this program with a fault."""
    program = pathlib.Path(__file__).resolve()
    return [sys.executable, "-B", str(program), fault, str(port), *map(str, command)]


if __name__ == "__main__":
    main()
