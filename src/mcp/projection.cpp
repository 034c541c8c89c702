#include "mcp/projection.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "base/strings.h"

namespace davit::mcp {
namespace {

void append_string(std::string& out, std::string_view text) {
  append_json_string(out, is_utf8(text) ? text : std::string_view(to_utf8(text)));
}

// `,"key":"text"`, unless it is empty.
void append_member(std::string& out, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  out.append(",\"").append(key).append("\":");
  append_string(out, text);
}

json::Object to_json(const Annotations& annotations, Revision revision) {
  json::Object object;
  json::Array audience;
  if (annotations.for_user) audience.emplace_back("user");
  if (annotations.for_assistant) audience.emplace_back("assistant");
  if (!audience.empty()) object["audience"] = std::move(audience);
  if (annotations.priority) object["priority"] = *annotations.priority;
  if (!annotations.last_modified.empty() && revision >= Revision::v2025_06_18)
    object["lastModified"] = annotations.last_modified;
  return object;
}

void append_text_block(std::string& out, std::string_view text) {
  out += R"({"type":"text","text":)";
  append_string(out, text);
}

void append_bytes_block(
    std::string& out, std::string_view type, std::string_view bytes, std::string_view mime_type
) {
  out.append(R"({"type":")").append(type).append(R"(","data":")").append(base64_encode(bytes));
  out += '"';
  append_member(out, "mimeType", mime_type);
}

void append_link_block(std::string& out, const Content::Link& link) {
  out += R"({"type":"resource_link")";
  append_member(out, "uri", link.uri);
  append_member(out, "name", link.name);
  append_member(out, "title", link.title);
  append_member(out, "description", link.description);
  append_member(out, "mimeType", link.mime_type);
  if (link.size) out.append(fmt::format(",\"size\":{}", *link.size));
}

// What an old client reads in place of a block that it does not know.
std::string describe_audio(const Content::Audio& audio) {
  return fmt::format(
      "[Audio of type {}, {} bytes, which this client cannot take.]",
      audio.mime_type,
      audio.bytes.size()
  );
}
std::string describe_link(const Content::Link& link) {
  auto text =
      fmt::format("[Resource {}: {}", link.title.empty() ? link.name : link.title, link.uri);
  if (!link.mime_type.empty()) text += ", " + link.mime_type;
  if (link.size) text += fmt::format(", {} bytes", *link.size);
  if (!link.description.empty()) text += ". " + link.description;
  return text += ']';
}

// Writes one block without its closing brace.
struct BlockWriter {
  std::string& out;
  Revision revision;

  void operator()(const Content::Text& block) { append_text_block(out, block.text); }
  void operator()(const Content::Image& block) {
    append_bytes_block(out, "image", block.bytes, block.mime_type);
  }
  void operator()(const Content::Audio& block) {
    if (revision < Revision::v2025_03_26) return append_text_block(out, describe_audio(block));
    append_bytes_block(out, "audio", block.bytes, block.mime_type);
  }
  void operator()(const ResourceContents& block) {
    out += R"({"type":"resource","resource":)";
    append_contents(out, block);
  }
  void operator()(const Content::Link& block) {
    if (revision < Revision::v2025_06_18) return append_text_block(out, describe_link(block));
    append_link_block(out, block);
  }
};

// True for an output schema that a legacy client can be shown: 2025-06-18, schema "Tool".
bool has_object_root(const json::Object& schema) {
  auto const* type = schema.if_contains("type");
  return type != nullptr && *type == "object";
}

json::Object to_json(const ToolDefinition& tool, const ToolAnnotations& hints, Revision revision) {
  json::Object object{
      {"readOnlyHint", hints.read_only},
      {"destructiveHint", hints.destructive},
      {"idempotentHint", hints.idempotent},
      {"openWorldHint", hints.open_world},
  };
  // The only place for a title before 2025-06-18.
  if (revision < Revision::v2025_06_18 && !tool.title.empty()) object["title"] = tool.title;
  return object;
}

// What tools, resources, templates and prompts have in common.
template <class Definition>
void add_names(json::Object& object, const Definition& definition, Revision revision) {
  object["name"] = definition.name;
  if (!definition.title.empty() && revision >= Revision::v2025_06_18)
    object["title"] = definition.title;
  if (!definition.description.empty()) object["description"] = definition.description;
  if (!definition.icons.empty() && revision >= Revision::v2025_11_25)
    object["icons"] = to_json(definition.icons);
}

template <class Definition>
void add_type(json::Object& object, const Definition& definition, Revision revision) {
  if (!definition.mime_type.empty()) object["mimeType"] = definition.mime_type;
  if (definition.annotations) object["annotations"] = to_json(*definition.annotations, revision);
}

}  // namespace

void append_contents(std::string& out, const ResourceContents& contents) {
  out += R"({"uri":)";
  append_string(out, contents.uri);
  append_member(out, "mimeType", contents.mime_type);
  if (contents.blob) {
    out.append(R"(,"blob":")").append(base64_encode(*contents.blob)) += '"';
  } else {
    out += R"(,"text":)";
    append_string(out, contents.text);
  }
  out += '}';
}

void append_content(std::string& out, const Content& content, Revision revision) {
  std::visit(BlockWriter{out, revision}, content.block);
  if (content.annotations) {
    out += R"(,"annotations":)";
    json::append_text(out, to_json(*content.annotations, revision));
  }
  out += '}';
}

json::Object describe(const ToolDefinition& tool, TaskSupport tasks, Revision revision) {
  json::Object object;
  add_names(object, tool, revision);
  object["inputSchema"] = tool.input_schema;
  if (tool.output_schema && revision >= Revision::v2025_06_18 &&
      (era_of(revision) == Era::modern || has_object_root(*tool.output_schema))) {
    object["outputSchema"] = *tool.output_schema;
  }
  if (revision >= Revision::v2025_03_26)
    object["annotations"] = to_json(tool, tool.annotations, revision);
  // 2025-11-25 only: the extension of 2026-07-28 leaves the choice to the server.
  if (tasks != TaskSupport::forbidden && revision == Revision::v2025_11_25) {
    auto const* support = tasks == TaskSupport::required ? "required" : "optional";
    object["execution"] = json::Object{{"taskSupport", support}};
  }
  return object;
}

json::Object describe(const ResourceDefinition& resource, Revision revision) {
  json::Object object{{"uri", resource.uri}};
  add_names(object, resource, revision);
  add_type(object, resource, revision);
  if (resource.size) object["size"] = *resource.size;
  return object;
}

json::Object describe(const ResourceTemplate& resource_template, Revision revision) {
  json::Object object{{"uriTemplate", resource_template.uri_template}};
  add_names(object, resource_template, revision);
  add_type(object, resource_template, revision);
  return object;
}

json::Object describe(const Prompt& prompt, Revision revision) {
  json::Object object;
  add_names(object, prompt, revision);
  json::Array arguments;
  for (auto const& argument : prompt.arguments) {
    json::Object described{{"name", argument.name}};
    if (!argument.title.empty() && revision >= Revision::v2025_06_18)
      described["title"] = argument.title;
    if (!argument.description.empty()) described["description"] = argument.description;
    described["required"] = argument.required;
    arguments.push_back(std::move(described));
  }
  if (!arguments.empty()) object["arguments"] = std::move(arguments);
  return object;
}

Reply to_reply(const ToolResult& result, Revision revision) {
  Reply reply;
  auto& out = reply.members;
  std::string structured;
  if (result.structured) json::append_text(structured, *result.structured);
  out += R"("content":[)";
  if (result.content.empty() && result.structured) {
    append_text_block(out, structured);
    out += '}';
  }
  for (auto const& block : result.content) {
    if (out.back() == '}') out += ',';
    append_content(out, block, revision);
  }
  out += ']';
  auto const shows_structured =
      result.structured && (era_of(revision) == Era::modern ||
                            (revision >= Revision::v2025_06_18 && result.structured->is_object()));
  if (shows_structured) out.append(R"(,"structuredContent":)").append(structured);
  if (result.is_error) out += R"(,"isError":true)";
  return reply;
}

Reply to_reply(const PromptResult& result, Revision revision) {
  Reply reply;
  auto& out = reply.members;
  if (!result.description.empty()) {
    out += R"("description":)";
    append_string(out, result.description);
    out += ',';
  }
  out += R"("messages":[)";
  for (auto const& message : result.messages) {
    if (out.back() == '}') out += ',';
    out.append(R"({"role":")").append(message.from_user ? "user" : "assistant");
    out += R"(","content":)";
    append_content(out, message.content, revision);
    out += '}';
  }
  out += ']';
  return reply;
}

}  // namespace davit::mcp
