// Two resources that never change, one that clients may watch, and a template.
#include <fmt/format.h>

#include "base/base64.h"
#include "conformance/fixture.h"

namespace davit::conformance {

namespace {

using mcp::Context;
using mcp::ResourceContents;

Async<std::vector<ResourceContents>> answer(ResourceContents contents) {
  std::vector<ResourceContents> all;
  all.push_back(std::move(contents));
  co_return all;
}

Async<std::vector<ResourceContents>> by_template(
    Context, std::string uri, mcp::Variables variables
) {
  auto const& id = variables.find("id")->second;
  json::Object const data{
      {"id", id}, {"templateTest", true}, {"data", fmt::format("Data for ID: {}", id)}
  };
  std::vector<ResourceContents> all;
  all.push_back({std::move(uri), "application/json", json::to_text(data)});
  co_return all;
}

Async<std::vector<std::string>> complete_id(Context, std::string typed, mcp::Variables) {
  std::vector<std::string> matching;
  for (std::string_view const id : {"123", "124", "205"}) {
    if (id.starts_with(typed)) matching.emplace_back(id);
  }
  co_return matching;
}

Result<> add(mcp::Server& server, std::string name, std::string text, ResourceContents contents) {
  mcp::Resource resource;
  resource.definition.uri = contents.uri;
  resource.definition.name = std::move(name);
  resource.definition.description = std::move(text);
  resource.definition.mime_type = contents.mime_type;
  resource.handler = [contents = std::move(contents)](Context, std::string) {
    return answer(contents);
  };
  return server.add_resource(std::move(resource));
}

}  // namespace

Result<> add_resources(mcp::Server& server) {
  ResourceContents const text{
      "test://static-text", "text/plain", "This is the content of the static text resource."
  };
  ResourceContents const binary{"test://static-binary", "image/png", "", png()};
  ResourceContents const watched{
      "test://watched-resource", "text/plain", "This is the content of the watched resource."
  };
  DAVIT_CHECK(add(server, "static-text", "A text that never changes.", text));
  DAVIT_CHECK(add(server, "static-binary", "An image that never changes.", binary));
  DAVIT_CHECK(add(server, "watched-resource", "A text that clients may watch.", watched));
  server.allow_subscriptions();

  mcp::ResourceTemplate by_id;
  by_id.uri_template = "test://template/{id}/data";
  by_id.name = "template-data";
  by_id.description = "The data of one id.";
  by_id.mime_type = "application/json";
  by_id.handler = by_template;
  by_id.completers.emplace("id", complete_id);
  return server.add_template(std::move(by_id));
}

}  // namespace davit::conformance
