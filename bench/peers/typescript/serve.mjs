// What both servers share: one HTTP server that gives each session a transport of its own.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

const [port, mode, format] = process.argv.slice(2);
export { mode, format };

export function listen(handle) {
  createServer((request, response) =>
    handle(request, response).catch((error) => {
      console.error(error);
      response.writeHead(500).end();
    }),
  ).listen(Number(port), "127.0.0.1", () => console.log("ready"));
}

// `newServer` makes a McpServer, `Transport` is the SDK's Streamable HTTP transport.
export function legacyHandler(newServer, Transport) {
  const enableJsonResponse = format === "json";
  if (mode === "stateless") {
    return async (request, response) => {
      const transport = new Transport({ sessionIdGenerator: undefined, enableJsonResponse });
      const server = newServer();
      response.on("close", () => server.close());
      await server.connect(transport);
      await transport.handleRequest(request, response);
    };
  }
  const transports = new Map();
  return async (request, response) => {
    const session = request.headers["mcp-session-id"];
    let transport = session && transports.get(session);
    if (session && !transport) return response.writeHead(404).end();
    if (!transport) {
      transport = new Transport({
        sessionIdGenerator: randomUUID,
        enableJsonResponse,
        onsessioninitialized: (id) => transports.set(id, transport),
        onsessionclosed: (id) => transports.delete(id),
      });
      await newServer().connect(transport);
    }
    await transport.handleRequest(request, response);
  };
}
