// resources/list, resources/templates/list and resources/read.
#include <fmt/format.h>

#include "base/strings.h"
#include "mcp/methods.h"
#include "mcp/projection.h"

namespace davit::mcp {
namespace {

// MCP 2025-11-25 and 2026-07-28, server/resources, "Error Handling".
Outcome not_found(const Call& call, std::string_view uri) {
  auto const code =
      era_of(call.revision) == Era::legacy ? kLegacyResourceNotFound : jsonrpc::kInvalidParams;
  auto message = fmt::format("there is no resource '{}'", utf8_prefix(uri, 200));
  return refuse(code, std::move(message), json::Object{{"uri", json::String(uri)}});
}

// What serves a URI, with its definition's type.
struct Source {
  std::function<Async<std::vector<ResourceContents>>(Context context)> read;
  std::string mime_type;
};

std::optional<Source> find_source(const Server& server, std::string_view uri) {
  // The handlers are shared, for a resource may be removed while it is read.
  if (auto const resource = server.find_resource(uri)) {
    auto read = [resource, uri = std::string(uri)](Context context) {
      return resource->handler(std::move(context), uri);
    };
    return Source{std::move(read), resource->definition.mime_type};
  }
  for (auto const& entry : server.templates()) {
    auto variables = entry->compiled.match(uri);
    if (!variables) continue;
    auto read = [entry, uri = std::string(uri), values = *std::move(variables)](Context context) {
      return entry->offered.handler(std::move(context), uri, values);
    };
    return Source{std::move(read), entry->offered.mime_type};
  }
  return std::nullopt;
}

Reply to_reply(std::vector<ResourceContents> all, std::string_view uri, std::string_view type) {
  Reply reply;
  reply.cache = kContentsCache;
  reply.members = R"("contents":[)";
  for (auto& contents : all) {
    if (contents.uri.empty()) contents.uri = uri;
    if (contents.mime_type.empty()) contents.mime_type = type;
    if (reply.members.back() == '}') reply.members += ',';
    append_contents(reply.members, contents);
  }
  reply.members += ']';
  return reply;
}

}  // namespace

Async<Outcome> list_resources(const Dispatcher* dispatcher, std::shared_ptr<Call> call) {
  auto const& resources = dispatcher->server().resources();
  co_return list_page(*dispatcher, *call, "resources", resources.size(), [&](std::size_t i) {
    return describe(resources[i]->definition, call->revision);
  });
}

Async<Outcome> list_templates(const Dispatcher* dispatcher, std::shared_ptr<Call> call) {
  auto const& templates = dispatcher->server().templates();
  co_return list_page(
      *dispatcher,
      *call,
      "resourceTemplates",
      templates.size(),
      [&](std::size_t i) { return describe(templates[i]->offered, call->revision); }
  );
}

Async<Outcome> read_resource(const Dispatcher* dispatcher, std::shared_ptr<Call> call) {
  auto const uri = string_param(*call, "uri");
  if (!uri) co_return refuse(jsonrpc::kInvalidParams, "params.uri must be the URI of a resource");
  auto const source = find_source(dispatcher->server(), *uri);
  if (!source) co_return not_found(*call, *uri);
  auto ran = co_await source->read(Context(call));
  if (ran) co_return to_reply(*std::move(ran), *uri, source->mime_type);
  if (ran.error().kind() == ErrorKind::not_found) co_return not_found(*call, *uri);
  co_return to_outcome(call, ran.error());
}

}  // namespace davit::mcp
