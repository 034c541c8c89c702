#include "sandbox/dynatrace/answers.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::sandbox::dynatrace {

http::Response error(int status, std::string_view message) {
  return json_answer(
      json::Object{{"error", json::Object{{"code", status}, {"message", message}}}}, status
  );
}

http::Response violation(
    std::string_view path, std::string_view message, std::string_view location
) {
  json::Object one{
      {"path", path}, {"message", message}, {"parameterLocation", location}, {"location", nullptr}
  };
  return json_answer(
      json::Object{
          {"error",
           json::Object{
               {"code", 400},
               {"message", "Constraints violated."},
               {"constraintViolations", json::Array{std::move(one)}}
           }}
      },
      400
  );
}

http::Response bad_body(std::string_view path, std::string_view message) {
  return violation(path, message, "PAYLOAD_BODY");
}

std::int64_t to_millis(Time time) { return time.time_since_epoch().count(); }

json::Object show_stub(const Store& store, std::string_view entity) {
  auto const* found = store.find_entity(entity);
  auto const type =
      found == nullptr ? std::string(entity.substr(0, entity.find('-'))) : found->type;
  return {
      {"entityId", json::Object{{"id", entity}, {"type", type}}},
      {"name", found == nullptr ? std::string(entity) : found->name},
  };
}

json::Array show_stubs(const Store& store, const std::vector<std::string>& entities) {
  json::Array out;
  for (auto const& entity : entities) out.push_back(show_stub(store, entity));
  return out;
}

json::Array show_tags(const std::vector<std::string>& tags) {
  json::Array out;
  for (auto const& tag : tags) {
    auto const colon = tag.find(':');
    json::Object one{
        {"context", "CONTEXTLESS"}, {"key", tag.substr(0, colon)}, {"stringRepresentation", tag}
    };
    if (colon != tag.npos) one["value"] = tag.substr(colon + 1);
    out.push_back(std::move(one));
  }
  return out;
}

std::string zone_id(std::string_view name) {
  std::uint64_t hash = 1469598103934665603U;
  for (auto const c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{}", static_cast<std::int64_t>(hash));
}

json::Array show_zones(std::string_view name) {
  json::Array out;
  if (!name.empty()) out.push_back(json::Object{{"id", zone_id(name)}, {"name", name}});
  return out;
}

std::string body_text(const Call& call, std::string_view name) {
  return std::string(json::find_string(call.body, name).value_or(""));
}

bool wants_field(const Call& call, std::string_view name) {
  auto const fields = call.text("fields").value_or("");
  for (auto part : split(fields, ',')) {
    part = trim(part);
    if (part.starts_with('+')) part.remove_prefix(1);
    if (part == name) return true;
  }
  return false;
}

}  // namespace davit::sandbox::dynatrace
