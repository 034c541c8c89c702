-- wrk: one tools/call after the other, each with an id of its own.
-- Arguments: mode (session, stateless, modern); session id, or @FILE with one a line, which take
-- turns; Accept header; first id.
local mode, accept, id
local sessions = {}

local meta = ',"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",' ..
  '"io.modelcontextprotocol/clientCapabilities":{},' ..
  '"io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"1"}}'

function init(args)
  mode, accept, id = args[1], args[3], tonumber(args[4])
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept"] = accept
  if mode == "modern" then
    wrk.headers["MCP-Protocol-Version"] = "2026-07-28"
    wrk.headers["Mcp-Method"] = "tools/call"
    wrk.headers["Mcp-Name"] = "echo"
  else
    wrk.headers["MCP-Protocol-Version"] = "2025-11-25"
  end
  local file = args[2]:match("^@(.+)")
  if file then
    for line in io.lines(file) do sessions[#sessions + 1] = line end
  elseif mode == "session" then
    sessions[1] = args[2]
  end
end

function request()
  id = id + 1
  if #sessions > 0 then wrk.headers["Mcp-Session-Id"] = sessions[id % #sessions + 1] end
  local body = '{"jsonrpc":"2.0","id":' .. id ..
    ',"method":"tools/call","params":{"name":"echo","arguments":{"text":"hello"}' ..
    (mode == "modern" and meta or "") .. '}}'
  return wrk.format(nil, nil, nil, body)
end

-- A wrong answer must not count as a fast one.
function response(status, headers, body)
  if status ~= 200 or not body:find('"hello"', 1, true) then
    io.stderr:write("wrong answer: ", status, " ", body, "\n")
    os.exit(1)
  end
end
