// What the official TypeScript clients do with davitd: node conversation.mjs v1|v2 URL SANDBOX
// v1 is @modelcontextprotocol/sdk, with a session of 2025-11-25; v2 is @modelcontextprotocol/client,
// on 2026-07-28. Exits with 0 when everything was as it should be.
import assert from "node:assert/strict";

const [version, url, sandbox] = process.argv.slice(2);

async function connectV1() {
  const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
  const { StreamableHTTPClientTransport } = await import(
    "@modelcontextprotocol/sdk/client/streamableHttp.js"
  );
  const client = new Client({ name: "conversation", version: "1" });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport);
  const call = (params, options) => client.callTool(params, undefined, options);
  return { client, transport, call };
}

async function connectV2() {
  const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const client = new Client(
    { name: "conversation", version: "2" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  const transport = new StreamableHTTPClientTransport(new URL(url));
  await client.connect(transport);
  const call = (params, options) => client.callTool(params, options);
  return { client, transport, call };
}

async function control(method, path, body) {
  const response = await fetch(new URL(`/_sandbox/${path}`, sandbox), {
    method,
    body: body && JSON.stringify(body),
  });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.status === 204 ? null : response.json();
}

async function eventually(what, holds) {
  for (let i = 0; i < 100; ++i) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never: ${what}`);
}

const textOf = (result) => result.content.map((block) => block.text).join("\n");

const { client, transport, call } = version === "v1" ? await connectV1() : await connectV2();
const tool = (name, args, options) => call({ name, arguments: args }, options);

assert.equal(client.getServerVersion().name, "gitlab");
assert.ok(client.getServerCapabilities().tools);
assert.equal(transport.sessionId !== undefined, version === "v1");
if (version === "v1") assert.equal(transport.protocolVersion, "2025-11-25");
if (version === "v1") await client.ping();

const { tools } = await client.listTools();
assert.ok(tools.length >= 20, `${tools.length} tools`);
assert.ok(tools.every((one) => one.inputSchema.type === "object" && one.annotations));

// The clients check structured content against the output schema by themselves.
const listed = await tool("gitlab_list_merge_requests", { project: "harbor/api" });
assert.ok(tools.find((one) => one.name === "gitlab_list_merge_requests").outputSchema);
assert.ok(listed.structuredContent.items.some((one) => one.ref === "harbor/api!7"));
assert.deepEqual(JSON.parse(textOf(listed)), listed.structuredContent);

const diff = await tool("gitlab_get_merge_request_diff", { mr: "harbor/api!7", mode: "patch" });
assert.match(textOf(diff), /^[^]*\+[^]*$/);
assert.ok(!diff.isError);

const comment = `Looks right to me (${version}, ${Date.now()}).`;
const written = await tool("gitlab_add_comment", { mr: "harbor/api!7", body: comment });
assert.ok(!written.isError, textOf(written));
const threads = await tool("gitlab_list_discussions", { mr: "harbor/api!7", limit: 100 });
assert.equal(textOf(threads).split(comment).length, 2, "the comment is there once");

const wrong = await tool("gitlab_list_merge_requests", { project: "harbor/api", state: "open" });
assert.equal(wrong.isError, true);
assert.match(textOf(wrong), /state/);
const missing = await tool("gitlab_get_merge_request", { mr: "harbor/api!999" });
assert.equal(missing.isError, true);
await assert.rejects(tool("gitlab_no_such_tool", {}), { code: -32602 });

// An error of a tool that has an output schema.
await control("POST", "faults", { fault: "rate_limited", times: -1, retry_after: "0" });
const limited = await tool("gitlab_list_merge_requests", { project: "harbor/api" });
await control("DELETE", "faults");
assert.equal(limited.isError, true);

const seen = [];
const failures = await tool(
  "gitlab_get_pipeline_failures",
  { mr: "harbor/api!7" },
  { onprogress: (progress) => seen.push(progress.progress) },
);
assert.ok(!failures.isError, textOf(failures));
assert.ok(seen.length > 0, "progress");
assert.deepEqual(seen, [...new Set(seen)].sort((a, b) => a - b));

// A cancelled call lets go of the request behind it.
await control("POST", "faults", { fault: "hang", match: "/merge_requests?" });
const abort = new AbortController();
const hanging = tool(
  "gitlab_list_merge_requests",
  { project: "harbor/web" },
  { signal: abort.signal, timeout: 20_000 },
);
const upstream = async () =>
  (await control("GET", "requests")).requests.findLast((one) =>
    one.target.includes("/merge_requests?"),
  );
await eventually("the request hangs", async () => (await upstream())?.status === null);
assert.equal((await upstream()).client_gone, false);
abort.abort("enough");
await assert.rejects(hanging);
await eventually("the request is let go", async () => (await upstream()).client_gone);
await control("DELETE", "faults");

if (version === "v1") {
  await transport.terminateSession();
  assert.equal(transport.sessionId, undefined);
}
await client.close();
console.log(`${version}: as it should be, ${tools.length} tools`);
process.exit(0);
