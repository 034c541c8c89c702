"""FastMCP. Usage: server.py PORT session|stateless|modern json|sse"""
import sys

from fastmcp import FastMCP

port, mode, response_format = sys.argv[1:]
server = FastMCP("echo")


@server.tool(output_schema=None)
async def echo(text: str) -> str:
    """Answers the text it was given."""
    return text


server.run("http", host="127.0.0.1", port=int(port), path="/mcp", show_banner=False,
           log_level="warning", json_response=response_format == "json",
           stateless_http=mode != "session")
