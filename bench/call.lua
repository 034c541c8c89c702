-- wrk: one tools/call after the other, each with an id of its own. Arguments: era, session id.
local era, session
local id = 0

function init(args)
  era, session = args[1], args[2]
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept"] = "application/json, text/event-stream"
  if era == "modern" then
    wrk.headers["MCP-Protocol-Version"] = "2026-07-28"
    wrk.headers["Mcp-Method"] = "tools/call"
    wrk.headers["Mcp-Name"] = "echo"
  else
    wrk.headers["MCP-Protocol-Version"] = "2025-11-25"
    wrk.headers["Mcp-Session-Id"] = session
  end
end

local meta = ',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' ..
  '"io.modelcontextprotocol/clientCapabilities":{},' ..
  '"io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"1"}}'

function request()
  id = id + 1
  local body = '{"jsonrpc":"2.0","id":' .. id ..
    ',"method":"tools/call","params":{"name":"echo","arguments":{"text":"hello"}' ..
    (era == "modern" and meta or "") .. '}}'
  return wrk.format(nil, nil, nil, body)
end

-- A wrong answer must not count as a fast one.
function response(status, headers, body)
  if status ~= 200 or not body:find('"hello"', 1, true) then
    io.stderr:write("wrong answer: ", status, " ", body, "\n")
    os.exit(1)
  end
end
