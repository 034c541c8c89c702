#include "mcp/dispatch.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"
#include "mcp/methods.h"

namespace davit::mcp {
namespace {

constexpr MethodRow kMethods[] = {
    {"server/discover", Revision::v2026_07_28, Feature::none, "", &discover},
    {"tools/list", Revision::v2024_11_05, Feature::tools, "", &list_tools},
    {"tools/call", Revision::v2024_11_05, Feature::tools, "name", &call_tool},
    {"resources/list", Revision::v2024_11_05, Feature::resources, "", &list_resources},
    {"resources/templates/list", Revision::v2024_11_05, Feature::resources, "", &list_templates},
    {"resources/read", Revision::v2024_11_05, Feature::resources, "uri", &read_resource},
    {"prompts/list", Revision::v2024_11_05, Feature::prompts, "", &list_prompts},
    {"prompts/get", Revision::v2024_11_05, Feature::prompts, "name", &get_prompt},
    {"completion/complete", Revision::v2024_11_05, Feature::completions, "", &complete},
    {"subscriptions/listen", Revision::v2026_07_28, Feature::none, "", nullptr},
    {"tasks/get", Revision::v2025_11_25, Feature::tasks, "taskId", nullptr},
    {"tasks/cancel", Revision::v2025_11_25, Feature::tasks, "taskId", nullptr},
    {"tasks/update", Revision::v2026_07_28, Feature::tasks, "taskId", nullptr},
    {"tasks/result", Revision::v2025_11_25, Feature::tasks, "", nullptr, Revision::v2025_11_25},
};

bool offers(const Server& server, Feature feature) {
  switch (feature) {
    case Feature::none: return true;
    case Feature::tools: return !server.tools().empty();
    case Feature::resources: return !server.resources().empty() || !server.templates().empty();
    case Feature::prompts: return !server.prompts().empty();
    case Feature::completions: return server.offers_completions();
    case Feature::tasks:
      return std::ranges::any_of(server.tools(), [](auto const& entry) {
        return entry->tool.tasks != TaskSupport::forbidden;
      });
  }
  return false;
}

Async<Outcome> refuse_method(std::string method) {
  co_return refuse(
      jsonrpc::kMethodNotFound, fmt::format("unknown method '{}'", utf8_prefix(method, 100))
  );
}

}  // namespace

Reply Reply::of(const json::Object& result, std::optional<CacheHint> cache) {
  Reply reply{{}, cache};
  json::append_members(reply.members, result);
  return reply;
}

Dispatcher::Dispatcher(const Server& server, const KeyRing& ring, DispatchOptions options)
    : server_(server), ring_(ring), options_(options) {}

const MethodRow* Dispatcher::find_method(std::string_view method, Revision revision) const {
  auto const* place = std::ranges::find(kMethods, method, &MethodRow::name);
  if (place == std::end(kMethods) || revision < place->since || revision > place->until)
    return nullptr;
  return offers(server_, place->needs) ? place : nullptr;
}

Async<Outcome> Dispatcher::dispatch(std::shared_ptr<Call> call) const {
  auto const* method = find_method(call->message->method, call->revision);
  if (method == nullptr || method->serve == nullptr)
    return refuse_method(std::string(call->message->method));
  // A call that was served before begins anew.
  call->asked.clear();
  call->missing.reset();
  call->wants_task = false;
  // Only tool calls become tasks, and only from 2025-11-25 on.
  if (method->serve != &call_tool || call->revision < Revision::v2025_11_25)
    call->may_become_task = false;
  return method->serve(this, std::move(call));
}

json::Object Dispatcher::capabilities(Revision revision) const {
  json::Object object{{"logging", json::Object()}};
  json::Object const changes{{"listChanged", true}};
  if (offers(server_, Feature::tools)) object["tools"] = changes;
  if (offers(server_, Feature::prompts)) object["prompts"] = changes;
  if (offers(server_, Feature::resources)) {
    auto resources = changes;
    if (server_.is_subscribable()) resources["subscribe"] = true;
    object["resources"] = std::move(resources);
  }
  // 2024-11-05 has completion, but no capability for it.
  if (revision >= Revision::v2025_03_26 && offers(server_, Feature::completions))
    object["completions"] = json::Object();
  if (!server_.offers_tasks()) return object;
  if (revision == Revision::v2025_11_25) {
    // Without `list`: whoever knows a task's id may see it, and need not see all the others.
    json::Object calls{{"tools", json::Object{{"call", json::Object()}}}};
    object["tasks"] = json::Object{{"cancel", json::Object()}, {"requests", std::move(calls)}};
  }
  if (revision == Revision::v2026_07_28)
    object["extensions"] = json::Object{{kTasksExtension, json::Object()}};
  return object;
}

}  // namespace davit::mcp
