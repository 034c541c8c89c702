#include "infra/servers_text.h"

#include <algorithm>

#include "base/strings.h"
#include "config/servers.h"
#include "config/units.h"

namespace davit::infra {
namespace {

Value number_to_json(const config::Row& row, std::int64_t number) {
  switch (row.target.type) {
    case config::Type::duration:
      return Value(config::format_duration(std::chrono::milliseconds(number)));
    case config::Type::size: return Value(config::format_size(number));
    case config::Type::choice:
      return Value(split(row.choices, '|')[static_cast<std::size_t>(number)]);
    default: return Value(number);
  }
}

Value to_json(const config::Row& row, const config::Value& value) {
  if (auto const* text = std::get_if<std::string>(&value)) return Value(*text);
  if (auto const* number = std::get_if<std::int64_t>(&value)) return number_to_json(row, *number);
  if (auto const* flag = std::get_if<bool>(&value)) return Value(*flag);
  auto const* list = std::get_if<std::vector<std::string>>(&value);
  return list == nullptr ? Value() : Value(json::Array(list->begin(), list->end()));
}

json::Object server_to_json(config::ServerConfig server, const std::vector<SecretUse>& secrets) {
  auto const arrives = std::ranges::find(secrets, server.token, &SecretUse::reference);
  if (arrives != secrets.end()) server.token = "env:" + arrives->variable;
  config::ServerConfig const defaults;
  json::Object object;
  for (auto const& row : config::server_table().rows) {
    auto const value = row.target.get(&server);
    if (value != row.target.get(&defaults)) object[row.key] = to_json(row, value);
  }
  return object;
}

}  // namespace

std::string servers_text(
    const std::vector<const manifest::Server*>& servers, const std::vector<SecretUse>& secrets
) {
  json::Object object;
  for (auto const* server : servers) {
    object[server->name()] = server_to_json(server->connector, secrets);
  }
  return json::to_text(object);
}

}  // namespace davit::infra
