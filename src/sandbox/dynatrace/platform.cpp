// The platform besides Grail: environment, permissions, documents, Davis CoPilot.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/dynatrace/auth.h"
#include "sandbox/dynatrace/paging.h"
#include "sandbox/dynatrace/selector.h"

namespace davit::sandbox::dynatrace {
namespace {

using enum http::Method;

std::optional<http::Response> require(const World& world, std::string_view scope) {
  if (has_scope(*world.caller, scope)) return std::nullopt;
  return json_answer(
      json::Object{
          {"error",
           json::Object{
               {"code", 403},
               {"message", "Forbidden"},
               {"details", json::Object{{"missingScopes", json::Array{json::Value(scope)}}}},
           }}
      },
      403
  );
}

http::Response get_environment(World& world, Call&) {
  return json_answer(json::Object{
      {"environmentId", "hbr12345"},
      {"createTime", to_text(world.store.seeded - std::chrono::days(700))},
      {"blockTime", nullptr},
      {"state", "ACTIVE"},
      {"trial", false},
  });
}

http::Response resolve_permissions(World& world, Call& call) {
  auto const* wanted = json::find_array(call.body, "permissions");
  if (wanted == nullptr) return bad_body("permissions", "must not be null");
  json::Array out;
  for (auto const& one : *wanted) {
    auto const name = json::find_string(one, "permission").value_or("");
    out.push_back(json::Object{
        {"permission", name}, {"granted", has_scope(*world.caller, name) ? "true" : "false"}
    });
  }
  return json_answer(out);
}

json::Object show_document(const Document& one) {
  return {
      {"id", one.id},
      {"name", one.name},
      {"type", one.type},
      {"version", one.version},
      {"owner", one.owner},
      {"isPrivate", false},
      {"modificationInfo",
       json::Object{
           {"createdBy", one.owner},
           {"createdTime", to_text(one.modified)},
           {"lastModifiedBy", one.owner},
           {"lastModifiedTime", to_text(one.modified)},
       }},
      {"access", json::Array{"read", "write"}},
  };
}

// "name contains 'harbor' and type == 'notebook'": the text between the quotes behind a field.
std::string quoted_behind(std::string_view filter, std::string_view name) {
  auto const at = filter.find(name);
  if (at == filter.npos) return {};
  auto const begin = filter.find('\'', at);
  if (begin == filter.npos) return {};
  auto const end = filter.find('\'', begin + 1);
  return std::string(filter.substr(begin + 1, end - begin - 1));
}

http::Response list_documents(World& world, Call& call) {
  if (auto refused = require(world, "document:documents:read")) return *std::move(refused);
  auto const filter = call.text("filter").value_or("");
  auto const name = quoted_behind(filter, "name");
  auto const type = quoted_behind(filter, "type");
  std::vector<const Document*> rows;
  for (auto const& one : world.store.documents) {
    if (!type.empty() && one.type != type) continue;
    if (contains_similar(one.name, name)) rows.push_back(&one);
  }
  auto const size = static_cast<std::size_t>(
      std::clamp<std::int64_t>(call.integer("page-size").value_or(20), 1, 1000)
  );
  auto const begin = std::min(
      static_cast<std::size_t>(std::max<std::int64_t>(0, call.integer("page-key").value_or(0))),
      rows.size()
  );
  auto const end = std::min(begin + size, rows.size());
  json::Array documents;
  for (auto i = begin; i < end; ++i) documents.push_back(show_document(*rows[i]));
  json::Object out{{"documents", std::move(documents)}, {"totalCount", rows.size()}};
  out["nextPageKey"] = end < rows.size() ? json::Value(fmt::format("{}", end)) : json::Value();
  return json_answer(out);
}

// multipart/form-data with name, type and content.
http::Response create_document(World& world, Call& call) {
  if (auto refused = require(world, "document:documents:write")) return *std::move(refused);
  Document made{
      .id = stable_uuid(fmt::format("document {}", ++world.store.last_id)),
      .owner = world.caller->name,
      .modified = call.now,
  };
  for (auto& part : parse_form(call.request)) {
    if (part.name == "name") made.name = part.content;
    if (part.name == "type") made.type = part.content;
    if (part.name == "content") made.content = std::move(part.content);
  }
  if (made.name.empty()) return bad_body("name", "must not be null");
  if (made.type.empty()) return bad_body("type", "must not be null");
  world.store.documents.push_back(std::move(made));
  return json_answer(show_document(world.store.documents.back()), 201);
}

struct Phrase {
  std::string_view word;
  std::string_view dql;
};

constexpr Phrase kPhrases[] = {
    {"problem", "fetch dt.davis.problems | filter event.status == \"ACTIVE\""},
    {"span", "fetch spans | filter request.is_failed == true | limit 20"},
    {"error", "fetch logs | filter loglevel == \"ERROR\" | limit 20"},
    {"log", "fetch logs | limit 20"},
    {"cpu", "timeseries avg(dt.host.cpu.usage), by:{dt.entity.host}"},
};

// Not a model: a few words that it knows.
http::Response generate_dql(World& world, Call& call) {
  if (auto refused = require(world, "davis-copilot:nl2dql:execute")) return *std::move(refused);
  auto const text = body_text(call, "text");
  if (text.empty()) return bad_body("text", "must not be null");
  auto const* found = std::ranges::find_if(kPhrases, [&](const Phrase& one) {
    return contains_similar(text, one.word);
  });
  auto const is_known = found != std::end(kPhrases);
  return json_answer(json::Object{
      {"dql", is_known ? found->dql : ""},
      {"messageToken", stable_hex(text, 32)},
      {"status", is_known ? "SUCCESSFUL" : "FAILED"},
      {"metadata", json::Object{{"notifications", json::Array{}}}},
  });
}

constexpr Row kRoutes[] = {
    {get, "/management/v1/environment", get_environment},
    {post, "/management/v1/effective-permissions:resolve", resolve_permissions},
    {get, "/document/v1/documents", list_documents},
    {post, "/document/v1/documents", create_document},
    {post, "/davis/copilot/v1/skills/nl2dql:generate", generate_dql},
};

}  // namespace

std::span<const Row> platform_routes() { return kRoutes; }

}  // namespace davit::sandbox::dynatrace
