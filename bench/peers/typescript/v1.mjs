// The TypeScript SDK 1.x. Usage: node v1.mjs PORT session|stateless json|sse
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";
import { legacyHandler, listen } from "./serve.mjs";

const inputSchema = { text: z.string() };

function newServer() {
  const server = new McpServer({ name: "echo", version: "1" });
  server.registerTool(
    "echo",
    { description: "Answers the text it was given.", inputSchema },
    async ({ text }) => ({ content: [{ type: "text", text }] }),
  );
  return server;
}

listen(legacyHandler(newServer, StreamableHTTPServerTransport));
