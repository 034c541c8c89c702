"""The Python SDK. Usage: server.py PORT session|stateless|modern json|sse"""
import sys

from mcp.server.mcpserver import MCPServer

port, mode, response_format = sys.argv[1:]
server = MCPServer("echo", log_level="WARNING")


@server.tool(structured_output=False)
async def echo(text: str) -> str:
    """Answers the text it was given."""
    return text


# The default of 10,000 sessions is below what is measured.
server.run("streamable-http", port=int(port), json_response=response_format == "json",
           stateless_http=mode != "session", max_sessions=None)
