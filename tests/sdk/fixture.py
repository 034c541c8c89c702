#!/usr/bin/env python3
"""The official Python client and the conformance fixture.

usage: fixture.py http|sse|stdio legacy|modern URL|PROGRAM

Prints a line for each step; exits with 0 when all of them passed.
"""

import json
import sys
import warnings

import anyio
import mcp_types as types
from mcp.client.client import Client
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError

warnings.simplefilter("ignore")  # what the newest revision deprecates is still to work
carrier, mode, target = sys.argv[1:]
is_modern = mode == "modern"
notified = []
logged = []


async def fill_in(context, params):
    if params.mode == "url":
        return types.ElicitResult(action="accept")
    if params.message == "decline":
        return types.ElicitResult(action="decline")
    values = {"string": "Alice", "boolean": True, "integer": 7, "number": 7.5}
    content = {
        name: "a@example.com"
        if schema.get("format") == "email"
        else schema.get("enum", [values[schema["type"]]])[0]
        for name, schema in params.requested_schema["properties"].items()
    }
    return types.ElicitResult(action="accept", content=content)


async def sample(context, params):
    text = types.TextContent(type="text", text="You said: " + params.messages[0].content.text)
    return types.CreateMessageResult(role="assistant", model="none", content=text)


async def list_roots(context):
    return types.ListRootsResult(roots=[types.Root(uri="file:///home/alice", name="home")])


async def on_log(params):
    logged.append(params.data)


async def on_message(message):
    notified.append(getattr(message, "method", None) or type(message).__name__)


def server():
    if carrier == "stdio":
        return StdioServerParameters(command=target, args=["--stdio"])
    return sse_client(target) if carrier == "sse" else target


def text_of(result):
    return "\n".join(getattr(block, "text", f"<{block.type}>") for block in result.content)


def expect(holds, what="not as expected"):
    if not holds:
        raise AssertionError(what)


async def eventually(what, holds):
    for _ in range(100):
        if await holds():
            return
        await anyio.sleep(0.05)
    raise AssertionError(f"never: {what}")


async def code_of(call):
    try:
        await call
    except MCPError as error:
        return error.error.code
    return None


class Steps:
    """Each step is a coroutine function; its first line of documentation is its name."""

    def __init__(self, client):
        self.client = client
        self.tool = client.call_tool

    async def who(self):
        """the server says who it is"""
        expect(self.client.server_info.name == "davit-conformance")
        expect(self.client.protocol_version == ("2026-07-28" if is_modern else "2025-11-25"))
        offered = self.client.server_capabilities
        expect(offered.tools and offered.prompts and offered.resources)

    async def ping(self):
        """ping"""
        if not is_modern:
            await self.client.send_ping()

    async def tools(self):
        """tools"""
        tools = (await self.client.list_tools()).tools
        expect(len(tools) >= 35, f"{len(tools)} tools")
        expect(tools[0].name == "test_simple_text")

    async def content(self):
        """content of every type"""
        expect("simple text response" in text_of(await self.tool("test_simple_text")))
        for name, kind in [
            ("test_image_content", "image"),
            ("test_audio_content", "audio"),
            ("test_embedded_resource", "resource"),
            ("test_resource_link", "resource_link"),
        ]:
            expect((await self.tool(name)).content[0].type == kind, name)
        total = await self.tool("test_structured_content", {"a": 2, "b": 40})
        expect(total.structured_content == {"sum": 42}, total)

    async def errors(self):
        """errors"""
        expect((await self.tool("test_error_handling")).is_error)
        expect(await code_of(self.tool("no_such_tool")) == -32602)

    async def logging(self):
        """log messages"""
        if not is_modern:
            await self.client.set_logging_level("debug")
        await self.tool("test_tool_with_logging")
        expect(len(logged) == 3 and logged[0] == "Tool execution started", logged)

    async def progress(self):
        """progress"""
        seen = []

        async def on_progress(progress, total, message):
            seen.append(progress)

        await self.tool("test_tool_with_progress", progress_callback=on_progress)
        expect(seen == [0, 50, 100], seen)

    async def form(self):
        """forms and pages"""
        answer = text_of(await self.tool("test_elicitation", {"message": "Who are you?"}))
        expect("action=accept" in answer and "a@example.com" in answer, answer)
        answer = text_of(await self.tool("test_elicitation", {"message": "decline"}))
        expect("action=decline" in answer, answer)
        answer = text_of(await self.tool("test_elicitation_sep1034_defaults"))
        expect("action=accept" in answer, answer)
        answer = text_of(await self.tool("test_url_elicitation"))
        expect(answer == "action=accept", answer)

    async def sampling(self):
        """the client's model"""
        answer = text_of(await self.tool("test_sampling", {"prompt": "Ahoy"}))
        expect(answer == "LLM response: You said: Ahoy", answer)

    async def roots(self):
        """the client's roots"""
        answer = text_of(await self.tool("test_input_required_result_list_roots"))
        expect("home/alice" in answer, answer)

    async def rounds(self):
        """several questions at once, and in turn"""
        answer = text_of(await self.tool("test_input_required_result_multiple_inputs"))
        expect("Generate a greeting Alice - file:///home/alice" in answer, answer)
        answer = text_of(await self.tool("test_input_required_result_multi_round"))
        expect(answer == "Alice likes Alice.", answer)

    async def cancelling(self):
        """a cancelled call"""

        async def count():
            return int(text_of(await self.tool("test_cancelled_calls")))

        before = await count()
        with anyio.move_on_after(0.3):
            await self.tool("slow_compute", {"seconds": 20})

        async def stopped():
            return await count() == before + 1

        await eventually("the server stops", stopped)

    async def resources(self):
        """resources"""
        uris = [str(one.uri) for one in (await self.client.list_resources()).resources]
        expect("test://static-text" in uris, uris)
        templates = (await self.client.list_resource_templates()).resource_templates
        expect(templates[0].uri_template == "test://template/{id}/data")

        async def read(uri):
            return (await self.client.read_resource(uri)).contents[0]

        expect("static text resource" in (await read("test://static-text")).text)
        expect((await read("test://static-binary")).blob.startswith("iVBOR"))
        expect(json.loads((await read("test://template/123/data")).text)["id"] == "123")
        expect(await code_of(read("test://nothing")) == (-32602 if is_modern else -32002))

    async def prompts(self):
        """prompts"""
        expect(len((await self.client.list_prompts()).prompts) >= 5)
        both = {"arg1": "a", "arg2": "b"}
        result = await self.client.get_prompt("test_prompt_with_arguments", both)
        expect("arg1='a', arg2='b'" in result.messages[0].content.text)
        missing = self.client.get_prompt("test_prompt_with_arguments", {"arg1": "a"})
        expect(await code_of(missing) == -32602)
        asking = await self.client.get_prompt("test_input_required_result_prompt")
        expect(asking.messages[0].content.text == "The context: Alice")

    async def completion(self):
        """completion"""
        prompt = types.PromptReference(type="ref/prompt", name="test_prompt_with_arguments")
        result = await self.client.complete(prompt, {"name": "arg1", "value": "par"})
        expect(result.completion.values == ["paris", "park"], result)

    async def news(self):
        """news"""
        uri = "test://watched-resource"
        if is_modern:
            filters = {"tools_list_changed": True, "resource_subscriptions": [uri]}
            async with self.client.listen(**filters) as stream:
                await self.tool("test_trigger_tool_change")
                await self.tool("test_trigger_resource_update")
                kinds = set()
                with anyio.fail_after(5):
                    async for event in stream:
                        kinds.add(type(event).__name__)
                        if len(kinds) == 2:
                            break
            expect(kinds == {"ToolsListChanged", "ResourceUpdated"}, kinds)
            return
        await self.client.subscribe_resource(uri)
        await self.tool("test_trigger_tool_change")
        await self.tool("test_trigger_resource_update")

        async def told():
            kinds = str(notified)
            return "tools/list_changed" in kinds and "resources/updated" in kinds

        await eventually("what changed", told)
        await self.client.unsubscribe_resource(uri)

    async def reconnection(self):
        """a stream that is taken up again"""
        if carrier == "http":
            answer = text_of(await self.tool("test_reconnection"))
            expect("completed successfully" in answer, answer)


async def main():
    client = Client(
        server(),
        mode="auto" if is_modern else "legacy",
        elicitation_callback=fill_in,
        sampling_callback=sample,
        list_roots_callback=list_roots,
        logging_callback=on_log,
        log_level="debug",
        message_handler=on_message,
        read_timeout_seconds=20,
    )
    passed = failed = 0
    async with client:
        steps = Steps(client)
        for name, step in vars(Steps).items():
            if name.startswith("_"):
                continue
            try:
                await step(steps)
                passed += 1
                print(f"  ok      {step.__doc__}")
            except Exception as error:
                failed += 1
                print(f"  FAILED  {step.__doc__}: {type(error).__name__} {str(error)[:300]}")
    print(f"python {carrier} {mode}: {passed} steps passed")
    return failed


sys.exit(1 if anyio.run(main) else 0)
