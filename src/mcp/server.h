// mcp::Server: what one MCP server offers, whatever transport and era a client uses.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "json/schema.h"
#include "mcp/header_params.h"
#include "mcp/prompt.h"
#include "mcp/resource.h"
#include "mcp/tool.h"

namespace davit::mcp {

struct ServerInfo {
  Implementation implementation;
  std::string instructions;  // for the model; optional
};

// What happened to a server's offer while it is served.
struct Change {
  enum class Kind { tools, prompts, resources, resource_updated };
  Kind kind = Kind::tools;
  std::string uri = {};  // of resource_updated
};

// What is offered may change while it is served: then every client that wants to know is told. A
// server without tools, prompts or resources does not claim to have any. Use from the loop thread.
class Server {
 public:
  explicit Server(ServerInfo info) : info_(std::move(info)) {}
  Server(Server&&) = default;
  Server& operator=(Server&&) = default;

  // Compiles the tool's schemas. Errors: invalid_input (name, schema, header annotation, missing
  // handler), conflict (the name is taken).
  Result<> add_tool(Tool tool);
  // False when there is none of that name. A call that runs is not disturbed.
  bool remove_tool(std::string_view name);

  // Errors: invalid_input (URI, template, missing handler), conflict.
  Result<> add_resource(Resource resource);
  Result<> add_template(ResourceTemplate resource_template);
  bool remove_resource(std::string_view uri);

  // Errors: invalid_input, conflict.
  Result<> add_prompt(Prompt prompt);
  bool remove_prompt(std::string_view name);

  // Clients may subscribe to resources: `resource_updated` will be called when one changes. Off
  // until this is called.
  void allow_subscriptions() { subscribable_ = true; }
  void resource_updated(std::string uri);
  // For a list that changed by other means than add and remove.
  void announce(Change change) const;

  struct ToolEntry {
    Tool tool;
    json::Schema input;
    std::optional<json::Schema> output;
    std::vector<HeaderParam> header_params;  // `x-mcp-header` of the input schema
  };
  struct TemplateEntry {
    ResourceTemplate offered;
    UriTemplate compiled;
  };

  const ServerInfo& info() const { return info_; }
  bool is_subscribable() const { return subscribable_; }
  // True when any tool may go on as a task, or any argument has a completer.
  bool offers_tasks() const;
  bool offers_completions() const;

  // In the order they were added: a list that changes its order defeats every cache. Shared, so
  // that what runs survives a removal.
  const std::vector<std::shared_ptr<const ToolEntry>>& tools() const { return tools_; }
  const std::vector<std::shared_ptr<const Resource>>& resources() const { return resources_; }
  const std::vector<std::shared_ptr<const TemplateEntry>>& templates() const { return templates_; }
  const std::vector<std::shared_ptr<const Prompt>>& prompts() const { return prompts_; }

  // Null pointers when there is none of that name.
  std::shared_ptr<const ToolEntry> find_tool(std::string_view name) const;
  std::shared_ptr<const Resource> find_resource(std::string_view uri) const;
  std::shared_ptr<const TemplateEntry> find_template(std::string_view uri_template) const;
  std::shared_ptr<const Prompt> find_prompt(std::string_view name) const;

  // Called for every change from now on; one listener for each endpoint, which removes itself.
  using Listener = std::function<void(const Change&)>;
  std::size_t add_listener(Listener listener) const;
  void remove_listener(std::size_t number) const;

 private:
  ServerInfo info_;
  bool subscribable_ = false;
  std::vector<std::shared_ptr<const ToolEntry>> tools_;
  std::unordered_map<std::string_view, std::shared_ptr<const ToolEntry>> tools_by_name_;
  std::vector<std::shared_ptr<const Resource>> resources_;
  std::vector<std::shared_ptr<const TemplateEntry>> templates_;
  std::vector<std::shared_ptr<const Prompt>> prompts_;
  // Endpoints listen to servers that they do not own and do not change.
  mutable std::map<std::size_t, Listener> listeners_;
  mutable std::size_t next_listener_ = 1;
};

}  // namespace davit::mcp
