-- wrk: one call of a connector's tool after the other, each with an id of its own.
-- Arguments: tool; its arguments as JSON; text that a good answer has; first id.
local tool, arguments, wanted, id

function init(args)
  tool, arguments, wanted, id = args[1], args[2], args[3], tonumber(args[4])
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept"] = "application/json, text/event-stream"
  wrk.headers["MCP-Protocol-Version"] = "2026-07-28"
  wrk.headers["Mcp-Method"] = "tools/call"
  wrk.headers["Mcp-Name"] = tool
end

function request()
  id = id + 1
  return wrk.format(nil, nil, nil, '{"jsonrpc":"2.0","id":' .. id ..
    ',"method":"tools/call","params":{"name":"' .. tool .. '","arguments":' .. arguments ..
    ',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' ..
    '"io.modelcontextprotocol/clientCapabilities":{},' ..
    '"io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"1"}}}}')
end

-- A wrong answer must not count as a fast one.
function response(status, headers, body)
  if status ~= 200 or not body:find(wanted, 1, true) then
    io.stderr:write("wrong answer: ", status, " ", body, "\n")
    os.exit(1)
  end
end
