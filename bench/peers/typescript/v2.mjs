// The TypeScript SDK 2.x. Usage: node v2.mjs PORT session|stateless|modern json|sse
import { NodeStreamableHTTPServerTransport, toNodeHandler } from "@modelcontextprotocol/node";
import { McpServer, createMcpHandler } from "@modelcontextprotocol/server";
import { z } from "zod";
import { format, legacyHandler, listen, mode } from "./serve.mjs";

const inputSchema = z.object({ text: z.string() });

function newServer() {
  const server = new McpServer({ name: "echo", version: "1" });
  server.registerTool(
    "echo",
    { description: "Answers the text it was given.", inputSchema },
    async ({ text }) => ({ content: [{ type: "text", text }] }),
  );
  return server;
}

// The default of 1024 open streams is below what is measured.
const modern = { legacy: "reject", responseMode: format, maxSubscriptions: 1_000_000 };

listen(
  mode === "modern"
    ? toNodeHandler(createMcpHandler(newServer, modern))
    : legacyHandler(newServer, NodeStreamableHTTPServerTransport),
);
