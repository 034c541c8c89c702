#include <algorithm>

#include <fmt/format.h>

#include "connector/arguments.h"
#include "connector/projection.h"
#include "connectors/dynatrace/entities.h"
#include "connectors/dynatrace/escape.h"
#include "http/url.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::ApiRequest;
using connector::Invocation;
using connector::Lookup;
using connector::Projection;

constexpr std::size_t kRelated = 10;
constexpr std::size_t kProperties = 30;

struct NameMatch {
  std::string_view match;
  std::string_view criterion;
};

constexpr NameMatch kNameMatches[] = {
    {"contains", "entityName.contains"},
    {"equals", "entityName.equals"},
    {"starts_with", "entityName.startsWith"},
};

std::string name_criterion(std::string_view match, std::string_view name) {
  for (auto const& entry : kNameMatches) {
    if (entry.match == match) return criterion(entry.criterion, name);
  }
  return "";
}

Result<> check_type(std::string_view type) {
  auto const fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ':' || c == '.' || c == '-';
  };
  if (!type.empty() && std::ranges::all_of(type, fits)) return {};
  return Error(ErrorKind::invalid_input, "type must be one such as SERVICE or HOST");
}

// Types have capitals, but for those of extensions: "python:device".
std::string entity_type(std::string_view type) {
  std::string out(type);
  auto const is_plain = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  if (!std::ranges::all_of(type, is_plain)) return out;
  for (auto& c : out) c = c == '_' ? c : static_cast<char>(c - 'a' + 'A');
  return out;
}

// {"calls":[{"id":..},..]} becomes {"calls":{"count":12,"ids":[..]}}.
json::Object show_relations(const json::Value* relations) {
  json::Object out;
  if (relations == nullptr || !relations->is_object()) return out;
  for (auto const& member : relations->get_object()) {
    if (!member.value().is_array()) continue;
    auto const& targets = member.value().get_array();
    json::Array ids;
    for (auto const& target : targets) {
      if (ids.size() == kRelated) break;
      if (auto const id = json::find_string(target, "id")) ids.push_back(json::Value(*id));
    }
    out[member.key()] = json::Object{{"count", targets.size()}, {"ids", std::move(ids)}};
  }
  return out;
}

// Texts and numbers only: the rest is long and of the kind that machines read.
json::Object show_properties(const json::Value& entity) {
  json::Object out;
  auto const* properties = json::find_object(entity, "properties");
  if (properties == nullptr) return out;
  for (auto const& member : *properties) {
    auto const& value = member.value();
    if (value.is_object() || value.is_array() || value.is_null()) continue;
    if (out.size() < kProperties) out[member.key()] = value;
  }
  return out;
}

}  // namespace

Async<std::string> resolve_entity(Invocation call, std::string entity, std::string type) {
  if (is_entity_id(entity)) co_return entity;
  DAVIT_CO_CHECK(check_type(type));
  type = entity_type(type);
  std::vector<std::string> const criteria{
      criterion("type", type), criterion("entityName.contains", entity)
  };
  auto const path = fmt::format(
      "v2:/entities?pageSize=500&entitySelector={}", http::percent_encode(all_of(criteria))
  );
  Lookup const lookup{
      .what = type,
      .path = path,
      .root = "entities",
      .id = "entityId",
      .names = "displayName",
  };
  DAVIT_CO_TRY(auto const id, co_await call.look_up(&lookup, entity));
  co_return connector::to_plain_text(id);
}

Async<ApiRequest> make_entity_list(Invocation call) {
  auto& arguments = call.arguments();
  std::vector<std::string> criteria;
  // The selector must begin with the type, or with ids.
  auto const raw = call.text("entity_selector");
  if (raw.empty()) {
    DAVIT_CO_CHECK(check_type(call.text("type")));
    criteria.push_back(criterion("type", entity_type(call.text("type"))));
  } else {
    criteria.emplace_back(raw);
  }
  criteria.push_back(
      call.has("name") ? name_criterion(call.text("match"), call.text("name")) : std::string()
  );
  for (auto const tag : call.list("tags")) criteria.push_back(criterion("tag", tag));
  criteria.push_back(criterion("healthState", call.text("health")));
  criteria.push_back(criterion("mzName", call.text("management_zone")));
  auto const selector = all_of(criteria);
  if (selector.size() > 2000) {
    co_return Error(ErrorKind::invalid_input, "the selector has more than 2000 bytes");
  }
  arguments["entity_selector"] = selector;
  co_return connector::build_request(call.tool(), arguments);
}

Async<json::Value> get_entity(Invocation call) {
  DAVIT_CO_TRY(
      auto const id,
      co_await resolve_entity(
          call, std::string(call.text("entity")), std::string(call.text("type"))
      )
  );
  call.arguments()["entity"] = id;
  DAVIT_CO_TRY(auto const entity, co_await call.perform());
  static Projection const kKeep(
      "id=entityId name=displayName~200 type first_seen=firstSeenTms@ last_seen=lastSeenTms@ "
      "tags=tags.stringRepresentation~100 management_zones=managementZones.name~80"
  );
  static Projection const kAll{connector::Keep()};
  auto out = kKeep.apply(entity, {}).get_object();
  if (auto properties = show_properties(entity); !properties.empty()) {
    out["properties"] = kAll.apply(properties, {});
  }
  if (!call.flag("relationships")) co_return out;
  auto from = show_relations(json::find(entity, "fromRelationships"));
  auto to = show_relations(json::find(entity, "toRelationships"));
  if (!from.empty()) out["from_relations"] = std::move(from);
  if (!to.empty()) out["to_relations"] = std::move(to);
  co_return out;
}

}  // namespace davit::connectors::dynatrace
