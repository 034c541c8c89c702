// The official TypeScript clients and the conformance fixture:
//   node fixture.mjs v1|v2 http|sse|stdio REVISION URL|PROGRAM
// v1 is @modelcontextprotocol/sdk, which always offers 2025-11-25; v2 is
// @modelcontextprotocol/client. Prints a line for each step; exits with 0 when all of them passed.
import assert from "node:assert/strict";

const [library, carrier, revision, target] = process.argv.slice(2);
const isModern = revision >= "2026";
const since = (first) => revision >= first;

const capabilities = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };
const asked = [];
const notified = [];

// What the user, the model and the file system of this client answer.
const answers = {
  "elicitation/create": ({ params }) => {
    asked.push(params);
    if (params.mode === "url") return { action: "accept" };
    if (params.message === "decline") return { action: "decline" };
    const values = { string: "Alice", boolean: true, integer: 7, number: 7.5, array: [] };
    const content = {};
    for (const [name, schema] of Object.entries(params.requestedSchema.properties)) {
      const choice = schema.enum?.[0] ?? schema.oneOf?.[0].const;
      content[name] = schema.format === "email" ? "a@example.com" : (choice ?? values[schema.type]);
    }
    return { action: "accept", content };
  },
  "sampling/createMessage": ({ params }) => {
    asked.push(params);
    const text = `You said: ${params.messages[0].content.text}`;
    return { role: "assistant", model: "none", content: { type: "text", text } };
  },
  "roots/list": () => ({ roots: [{ uri: "file:///home/alice", name: "home" }] }),
};
const watched = [
  "notifications/message",
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/updated",
];

async function connectV1() {
  const types = await import("@modelcontextprotocol/sdk/types.js");
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const module = { http: "streamableHttp", sse: "sse", stdio: "stdio" }[carrier];
  const transports = await import(`@modelcontextprotocol/sdk/client/${module}.js`);
  const client = new Client({ name: "fixture", version: "1" }, { capabilities });
  const requests = [
    types.ElicitRequestSchema,
    types.CreateMessageRequestSchema,
    types.ListRootsRequestSchema,
  ];
  const notifications = [
    types.LoggingMessageNotificationSchema,
    types.ToolListChangedNotificationSchema,
    types.PromptListChangedNotificationSchema,
    types.ResourceUpdatedNotificationSchema,
  ];
  for (const schema of requests) {
    client.setRequestHandler(schema, answers[schema.shape.method.value]);
  }
  for (const schema of notifications) {
    client.setNotificationHandler(schema, (message) => void notified.push(message));
  }
  const call = (params, options) => client.callTool(params, undefined, options);
  return { client, transports, call };
}

async function connectV2() {
  const modules = ["@modelcontextprotocol/client", "@modelcontextprotocol/client/stdio"];
  const [main, stdio] = await Promise.all(modules.map((name) => import(name)));
  const versions = isModern
    ? { versionNegotiation: { mode: { pin: revision } } }
    : { supportedProtocolVersions: [revision] };
  const client = new main.Client({ name: "fixture", version: "2" }, { capabilities, ...versions });
  for (const [method, answer] of Object.entries(answers)) client.setRequestHandler(method, answer);
  for (const method of watched) {
    client.setNotificationHandler(method, (message) => void notified.push(message));
  }
  const call = (params, options) => client.callTool(params, options);
  return { client, transports: { ...main, ...stdio }, call };
}

async function eventually(what, holds) {
  for (let i = 0; i < 100; ++i) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never: ${what}`);
}

const { client, transports, call } = library === "v1" ? await connectV1() : await connectV2();
const transport = {
  http: () => new transports.StreamableHTTPClientTransport(new URL(target)),
  sse: () => new transports.SSEClientTransport(new URL(target)),
  stdio: () => new transports.StdioClientTransport({ command: target, args: ["--stdio"] }),
}[carrier]();
const tool = (name, args = {}, options) => call({ name, arguments: args }, options);
const textOf = (result) => result.content.map((block) => block.text ?? `<${block.type}>`).join("\n");
const notes = (method) => notified.filter((one) => one.method === `notifications/${method}`);

let passed = 0;
async function step(name, run) {
  try {
    await run();
    passed += 1;
    console.log(`  ok      ${name}`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`  FAILED  ${name}: ${error.message?.split("\n").slice(0, 3).join(" | ")}`);
  }
}

await client.connect(transport, { timeout: 20_000 });

await step("the server says who it is", () => {
  assert.equal(client.getServerVersion().name, "davit-conformance");
  const offered = client.getServerCapabilities();
  for (const name of ["tools", "prompts", "resources"]) assert.ok(offered[name], name);
  if (carrier === "http" && library === "v1") assert.equal(transport.protocolVersion, revision);
  if (carrier === "http") assert.equal(transport.sessionId !== undefined, !isModern);
});
if (!isModern) await step("ping", () => client.ping());
await step("tools", async () => {
  const { tools } = await client.listTools();
  assert.ok(tools.length >= 35, `${tools.length} tools`);
  assert.equal(tools[0].name, "test_simple_text");
  const sum = tools.find((one) => one.name === "test_structured_content");
  assert.equal(sum.outputSchema !== undefined, since("2025-06-18"));
});
await step("content of every type", async () => {
  assert.match(textOf(await tool("test_simple_text")), /simple text response/);
  assert.equal((await tool("test_image_content")).content[0].mimeType, "image/png");
  const audio = await tool("test_audio_content");
  assert.equal(audio.content[0].type, since("2025-03-26") ? "audio" : "text");
  const resource = await tool("test_embedded_resource");
  assert.equal(resource.content[0].resource.uri, "test://embedded-resource");
  const link = await tool("test_resource_link");
  assert.equal(link.content[0].type, since("2025-06-18") ? "resource_link" : "text");
  assert.equal((await tool("test_multiple_content_types")).content.length, 3);
});
await step("structured content", async () => {
  const sum = await tool("test_structured_content", { a: 2, b: 40 });
  if (since("2025-06-18")) assert.deepEqual(sum.structuredContent, { sum: 42 });
  assert.deepEqual(JSON.parse(textOf(sum)), { sum: 42 });
});
await step("errors", async () => {
  const failed = await tool("test_error_handling");
  assert.equal(failed.isError, true);
  assert.match(textOf(failed), /intentionally/);
  await assert.rejects(tool("no_such_tool"), { code: -32602 });
});
await step("log messages", async () => {
  const level = { "io.modelcontextprotocol/logLevel": "debug" };
  if (!isModern) await client.setLoggingLevel("debug");
  await call({ name: "test_tool_with_logging", arguments: {}, ...(isModern && { _meta: level }) });
  assert.deepEqual(
    notes("message").map((one) => one.params.data),
    ["Tool execution started", "Tool processing data", "Tool execution completed"],
  );
});
await step("progress", async () => {
  const seen = [];
  await tool("test_tool_with_progress", {}, { onprogress: (one) => seen.push(one.progress) });
  // What comes in one read with the answer is dropped by these clients, over the carriers that keep
  // such reads together.
  if (carrier === "http") assert.deepEqual(seen, [0, 50, 100]);
  else assert.deepEqual(seen, [0, 50, 100].slice(0, seen.length));
});
await step("a form", async () => {
  const answer = textOf(await tool("test_elicitation", { message: "Who are you?" }));
  if (!since("2025-06-18")) return assert.match(answer, /form|elicitation/i);
  assert.match(answer, /action=accept/);
  assert.match(answer, /a@example.com/);
  assert.match(textOf(await tool("test_elicitation", { message: "decline" })), /action=decline/);
});
if (since("2025-11-25")) {
  await step("forms with defaults and choices", async () => {
    const defaults = textOf(await tool("test_elicitation_sep1034_defaults"));
    assert.match(defaults, /action=accept/);
    const choices = textOf(await tool("test_elicitation_sep1330_enums"));
    assert.match(choices, /"titledSingle":"value1"/);
  });
  await step("a page to open", async () => {
    assert.equal(textOf(await tool("test_url_elicitation")), "action=accept");
    assert.equal(asked.at(-1).url, "https://example.com/sign-in");
  });
}
await step("the client's model", async () => {
  const answer = textOf(await tool("test_sampling", { prompt: "Ahoy" }));
  assert.equal(answer, "LLM response: You said: Ahoy");
});
await step("the client's roots", async () => {
  assert.match(textOf(await tool("test_input_required_result_list_roots")), /home\/alice/);
});
if (since("2025-06-18")) {
  await step("several questions at once, and in turn", async () => {
    const several = textOf(await tool("test_input_required_result_multiple_inputs"));
    assert.match(several, /Generate a greeting Alice - file:\/\/\/home\/alice/);
    const rounds = textOf(await tool("test_input_required_result_multi_round"));
    assert.equal(rounds, "Alice likes Alice.");
  });
}
await step("a cancelled call", async () => {
  const count = async () => Number(textOf(await tool("test_cancelled_calls")));
  const before = await count();
  const abort = new AbortController();
  const slow = tool("slow_compute", { seconds: 20 }, { signal: abort.signal });
  setTimeout(() => abort.abort("enough"), 200);
  await assert.rejects(slow);
  await eventually("the server stops", async () => (await count()) === before + 1);
});
await step("resources", async () => {
  const { resources } = await client.listResources();
  assert.ok(resources.some((one) => one.uri === "test://static-text"));
  const { resourceTemplates } = await client.listResourceTemplates();
  assert.equal(resourceTemplates[0].uriTemplate, "test://template/{id}/data");
  const read = async (uri) => (await client.readResource({ uri })).contents[0];
  assert.match((await read("test://static-text")).text, /static text resource/);
  assert.ok((await read("test://static-binary")).blob.startsWith("iVBOR"));
  assert.equal(JSON.parse((await read("test://template/9%20a/data")).text).id, "9 a");
  // v2 shows its caller the new code whatever the server sent.
  const code = isModern || library === "v2" ? -32602 : -32002;
  await assert.rejects(read("test://nothing"), { code });
});
await step("prompts", async () => {
  const { prompts } = await client.listPrompts();
  assert.ok(prompts.length >= 5);
  const get = (name, args) => client.getPrompt({ name, arguments: args });
  const { messages } = await get("test_prompt_with_arguments", { arg1: "a", arg2: "b" });
  assert.match(messages[0].content.text, /arg1='a', arg2='b'/);
  assert.equal((await get("test_prompt_with_image")).messages[0].content.type, "image");
  await assert.rejects(get("test_prompt_with_arguments", { arg1: "a" }), { code: -32602 });
  if (since("2025-06-18")) {
    const asking = await get("test_input_required_result_prompt");
    assert.equal(asking.messages[0].content.text, "The context: Alice");
  }
});
// The clients complete only where the capability says so: it came with 2025-03-26.
if (since("2025-03-26")) {
  await step("completion", async () => {
    const complete = async (ref, name, value) =>
      (await client.complete({ ref, argument: { name, value } })).completion.values;
    const prompt = { type: "ref/prompt", name: "test_prompt_with_arguments" };
    const template = { type: "ref/resource", uri: "test://template/{id}/data" };
    assert.deepEqual(await complete(prompt, "arg1", "par"), ["paris", "park"]);
    assert.deepEqual(await complete(template, "id", "12"), ["123", "124"]);
  });
}
await step("news", async () => {
  const uri = "test://watched-resource";
  const stream =
    isModern &&
    (await client.listen({ toolsListChanged: true, resourceSubscriptions: [uri] }));
  if (!isModern) await client.subscribeResource({ uri });
  await tool("test_trigger_tool_change");
  await tool("test_trigger_resource_update");
  await eventually("a changed list", () => notes("tools/list_changed").length > 0);
  await eventually("a changed resource", () => notes("resources/updated").length > 0);
  assert.equal(notes("resources/updated")[0].params.uri, uri);
  if (isModern) await stream.close();
  else await client.unsubscribeResource({ uri });
});
if (library === "v1" && since("2025-11-25")) {
  await step("tasks of 2025-11-25", async () => {
    const run = async (name, args) => {
      const seen = [];
      const params = { name, arguments: args };
      const task = { ttl: 60_000 };
      const stream = client.experimental.tasks.callToolStream(params, undefined, { task });
      for await (const message of stream) seen.push(message);
      assert.equal(seen[0].type, "taskCreated", JSON.stringify(seen[0].error?.message));
      return seen.at(-1);
    };
    const slow = await run("slow_compute", { seconds: 0.2 });
    assert.match(textOf(slow.result), /Computed/);
    const deleted = await run("confirm_delete", { filename: "a.txt" });
    assert.equal(textOf(deleted.result), "Deleted a.txt");
  });
}
if (carrier === "http" && !isModern) {
  await step("a stream that is taken up again", async () => {
    assert.match(textOf(await tool("test_reconnection")), /completed successfully/);
  });
  await step("the end of the session", () => transport.terminateSession());
}
await client.close();
console.log(`${library} ${carrier} ${revision}: ${passed} steps passed`);
process.exit();
