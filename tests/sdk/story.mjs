// From the page to the post-mortem, across five services, as an assistant works: node story.mjs v1|v2 URL
// URL is davitd's merged server in front of the sandboxes. Every write is looked for in a later read.
// Exits with 0 when everything was as it should be.
import assert from "node:assert/strict";

const [version, url] = process.argv.slice(2);

async function connect() {
  if (version === "v1") {
    const { Client } = await import("@modelcontextprotocol/sdk/client/index.js");
    const { StreamableHTTPClientTransport } = await import(
      "@modelcontextprotocol/sdk/client/streamableHttp.js"
    );
    const client = new Client({ name: "story", version: "1" });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    return { client, call: (params) => client.callTool(params) };
  }
  const { Client, StreamableHTTPClientTransport } = await import("@modelcontextprotocol/client");
  const client = new Client(
    { name: "story", version: "2" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  return { client, call: (params) => client.callTool(params) };
}

const { client, call } = await connect();
let calls = 0;
let bytes = 0;

// Answers what a tool says, as an object and as the text that a model reads.
async function tool(name, args = {}) {
  const result = await call({ name, arguments: args });
  const text = result.content.map((block) => block.text ?? "").join("\n");
  assert.ok(!result.isError, `${name}: ${text}`);
  ++calls;
  bytes += text.length;
  return { ...result.structuredContent, text };
}

async function refused(name, args, pattern) {
  const result = await call({ name, arguments: args });
  const text = result.content.map((block) => block.text ?? "").join("\n");
  assert.ok(result.isError, `${name} should be refused: ${text}`);
  assert.match(text, pattern);
}

const has = (answer, pattern) => assert.match(answer.text, pattern);

// The list of five services has more than one page; one client goes on by itself, the other asks.
const tools = [];
for (let cursor; ; ) {
  const page = await client.listTools(cursor ? { cursor } : undefined);
  tools.push(...page.tools);
  cursor = page.nextCursor;
  if (!cursor) break;
}
for (const service of ["gitlab", "jira", "confluence", "dynatrace", "pagerduty", "servicenow"]) {
  assert.ok(tools.some((one) => one.name.startsWith(`${service}_`)), service);
}
assert.equal(new Set(tools.map((one) => one.name)).size, tools.length);

// What pages somebody?
const pages = await tool("pagerduty_list_incidents");
const page = pages.items.find((one) => one.number === 1042);
assert.ok(page, "the page is among the open incidents");
const paged = await tool("pagerduty_get_incident", { incident: "#1042" });
has(paged, /harbor-api/);
has(paged, /P-26110042/);
has(await tool("pagerduty_list_oncalls", { service: "Harbor API" }), /Tomas Lind/);

// What does monitoring know?
const problem = await tool("dynatrace_get_problem", { problem: "P-26110042" });
has(problem, /SERVICE-6B1F0C2E5A7D9301/);
has(await tool("dynatrace_search_logs", { text: "PoolExhaustedError" }), /payment-provider/);

// What changed?
const changes = await tool("pagerduty_list_change_events", { service: "Harbor API" });
const address = changes.text.match(/http:[^"\\ ]*\/merge_requests\/\d+/)?.[0];
assert.ok(address, "the deployment names its merge request");
const request = await tool("gitlab_get_merge_request", { mr: address });
has(request, /Keep connections to the payment provider open/);
const diff = await tool("gitlab_get_merge_request_diff", { mr: address, mode: "patch" });
has(diff, /pool/i);

// Who was told? The incident, the change, the ticket.
const incident = await tool("servicenow_get_incident", { incident: "INC0010042" });
has(incident, /CHG0030021|checkout/i);
has(await tool("servicenow_get_change", { change: "CHG0030022" }), /4\.1\.14/);
await tool("servicenow_approve_change", { change: "CHG0030022", decision: "approved" });
has(await tool("servicenow_get_change", { change: "CHG0030022" }), /Scheduled|approved/i);
const ticket = await tool("jira_get_issue", { issue: "HARB-231" });
has(ticket, /In Progress/);

// The finding goes where people look for it.
const finding = `The pool of merge request !10 is never given back on a time-out (${version}).`;
await tool("gitlab_add_comment", { mr: address, body: finding });
has(await tool("gitlab_list_discussions", { mr: address, unresolved_only: false }), /never given back/);
await tool("jira_add_comment", { issue: "HARB-231", body: `**Cause:** ${finding}` });
has(await tool("jira_list_comments", { issue: "HARB-231" }), /\*\*Cause/);
await tool("dynatrace_add_problem_comment", { problem: "P-26110042", message: finding });
has(await tool("dynatrace_get_problem", { problem: "P-26110042" }), /never given back/);
await tool("servicenow_add_comment", { record: "INC0010042", text: finding });
has(await tool("servicenow_get_record_activity", { record: "INC0010042" }), /never given back/);

// It is over.
await tool("pagerduty_resolve_incidents", {
  incidents: ["1042"],
  resolution: "Rolled back to 4.1.14.",
});
has(await tool("pagerduty_get_incident", { incident: "1042" }), /"resolved"/);
await tool("dynatrace_close_problem", { problem: "P-26110042", message: "Rolled back." });
has(await tool("dynatrace_get_problem", { problem: "P-26110042" }), /"CLOSED"|"closed"/);
await tool("servicenow_resolve_incident", {
  incident: "INC0010042",
  close_code: "Resolved by change",
  close_notes: "Rolled back to 4.1.14.",
});
has(await tool("servicenow_get_incident", { incident: "INC0010042" }), /Resolved/);
await refused("jira_transition_issue", { issue: "HARB-231", to: "Nowhere" }, /In Review|Done/);
await tool("jira_transition_issue", { issue: "HARB-231", to: "In Review" });
has(await tool("jira_get_issue", { issue: "HARB-231" }), /In Review/);

// The post-mortem, with everything else on the page left as it is.
const before = await tool("confluence_get_page", { page: "98310" });
const comments = await tool("confluence_list_comments", { page: "98310" });
await tool("confluence_edit_page", {
  page: "98310",
  edits: [
    { op: "replace_section", anchor: "Root cause", text: `${finding}\n\nSee [the change](${address}).` },
    { op: "append", anchor: "Action items", text: "- [ ] Give connections back on a time-out" },
  ],
  message: "Root cause and first action",
});
const after = await tool("confluence_get_page", { page: "98310" });
has(after, /never given back/);
has(after, /\[ \] Give connections back/);
// The placeholder of the section that was written is gone with it; the macros are kept.
const macros = (text) => text.match(/adf:\d+ extension/g)?.length ?? 0;
assert.ok(macros(before.text) > 0);
assert.equal(macros(after.text), macros(before.text), "the macros of the page are kept");
assert.equal(
  (await tool("confluence_list_comments", { page: "98310" })).items?.length,
  comments.items?.length,
  "the inline comments are kept",
);
await tool("jira_add_remote_link", {
  issue: "HARB-231",
  url: after.url,
  title: "Post-mortem",
  relationship: "post-mortem",
});
has(
  await tool("jira_get_issue", { issue: "HARB-231", include: ["remote_links"] }),
  /Post-mortem/,
);

await client.close();
console.log(`${version}: the story holds, ${calls} calls, ${Math.round(bytes / calls)} bytes each`);
process.exit(0);
