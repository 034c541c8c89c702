// Projection: writes the one rich model as the revision of a client knows it. An unknown member is
// harmless to an old client, an unknown type of content is not: such a block becomes a text that
// says what was there.
#pragma once

#include <string>

#include "mcp/content.h"
#include "mcp/dispatch.h"

namespace davit::mcp {

// These append JSON text: answers are written straight into the buffer that is sent.
void append_content(std::string& out, const Content& content, Revision revision);
void append_contents(std::string& out, const ResourceContents& contents);

json::Object describe(const ToolDefinition& tool, TaskSupport tasks, Revision revision);
json::Object describe(const ResourceDefinition& resource, Revision revision);
json::Object describe(const ResourceTemplate& resource_template, Revision revision);
json::Object describe(const Prompt& prompt, Revision revision);

// The members of a CallToolResult.
Reply to_reply(const ToolResult& result, Revision revision);
Reply to_reply(const PromptResult& result, Revision revision);

}  // namespace davit::mcp
