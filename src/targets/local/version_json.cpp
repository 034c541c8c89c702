#include "targets/local/version_json.h"

#include <optional>

#include <fmt/format.h>

#include "targets/local/numbers.h"

namespace davit::local {
namespace {

// The members of a service by their names, for both directions.
struct TextMember {
  std::string_view key;
  std::string Service::* member;
};
constexpr TextMember kTexts[] = {
    {"name", &Service::name},
    {"directory", &Service::directory},
    {"mcp_path", &Service::mcp_path},
    {"health", &Service::health},
    {"ready", &Service::ready},
};
struct ListMember {
  std::string_view key;
  std::vector<std::string> Service::* member;
};
constexpr ListMember kLists[] = {{"command", &Service::command}, {"servers", &Service::servers}};
struct PairsMember {
  std::string_view key;
  manifest::Texts Service::* member;
};
constexpr PairsMember kPairs[] = {
    {"environment", &Service::environment}, {"secrets", &Service::secrets}
};

json::Object to_json(const Service& service) {
  json::Object object;
  for (auto const& [key, member] : kTexts) object[key] = service.*member;
  for (auto const& [key, member] : kLists) {
    object[key] = json::Array((service.*member).begin(), (service.*member).end());
  }
  for (auto const& [key, member] : kPairs) {
    json::Object pairs;
    for (auto const& [name, value] : service.*member) pairs[name] = value;
    object[key] = std::move(pairs);
  }
  object["is_davitd"] = service.is_davitd;
  object["is_stateless"] = service.is_stateless;
  object["tasks"] = service.tasks;
  return object;
}

std::optional<std::vector<std::string>> texts_of(const json::Value& value, std::string_view key) {
  auto const* items = json::find_array(value, key);
  if (items == nullptr) return {};
  std::vector<std::string> texts;
  for (auto const& item : *items) {
    if (!item.is_string()) return {};
    texts.emplace_back(json::view(item.get_string()));
  }
  return texts;
}

std::optional<manifest::Texts> pairs_of(const json::Value& value, std::string_view key) {
  auto const* object = json::find_object(value, key);
  if (object == nullptr) return {};
  manifest::Texts pairs;
  for (auto const& item : *object) {
    if (!item.value().is_string()) return {};
    pairs.emplace_back(item.key(), json::view(item.value().get_string()));
  }
  return pairs;
}

Error without(std::string_view key) {
  return Error(ErrorKind::protocol, fmt::format("a service without `{}`", key));
}

Result<Service> service_from_json(const json::Value& value) {
  Service service;
  for (auto const& [key, member] : kTexts) {
    auto const text = json::find_string(value, key);
    if (!text) return without(key);
    service.*member = *text;
  }
  for (auto const& [key, member] : kLists) {
    auto texts = texts_of(value, key);
    if (!texts) return without(key);
    service.*member = *std::move(texts);
  }
  for (auto const& [key, member] : kPairs) {
    auto pairs = pairs_of(value, key);
    if (!pairs) return without(key);
    service.*member = *std::move(pairs);
  }
  auto const is_davitd = json::find_bool(value, "is_davitd");
  if (!is_davitd) return without("is_davitd");
  DAVIT_TRY(service.tasks, read_number(value, "tasks", kTaskCounts));
  service.is_davitd = *is_davitd;
  // Older files do not have it; then only what is stateless had several tasks.
  service.is_stateless =
      json::find_bool(value, "is_stateless").value_or(service.is_davitd || service.tasks > 1);
  return service;
}

}  // namespace

json::Object to_json(const Version& version) {
  json::Array services;
  for (auto const& service : version.services) services.push_back(to_json(service));
  return {
      {"release", version.release},
      {"commit", version.commit},
      {"services", std::move(services)},
  };
}

Result<Version> version_from_json(const json::Value& value) {
  auto const release = json::find_string(value, "release");
  auto const* services = json::find_array(value, "services");
  if (!release || services == nullptr)
    return Error(ErrorKind::protocol, "it has no release or no services");
  Version version;
  version.release = *release;
  version.commit = json::find_string(value, "commit").value_or("");
  for (auto const& item : *services) {
    DAVIT_TRY(auto service, service_from_json(item));
    version.services.push_back(std::move(service));
  }
  return version;
}

}  // namespace davit::local
