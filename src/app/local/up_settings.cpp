#include "app/local/up_settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/units.h"

namespace davit::app {

UpSettings up_settings(const manifest::Local& local) {
  return {
      {"local.host", local.host},
      {"local.port", std::to_string(local.port)},
      {"local.start", config::format_duration(local.start)},
      {"local.drain", config::format_duration(local.drain)},
      {"local.log_bytes", config::format_size(static_cast<std::int64_t>(local.log_bytes))},
      {"local.log_files", std::to_string(local.log_files)},
  };
}

UpSettings up_settings_with(const manifest::Local& local, std::uint16_t port) {
  auto settings = up_settings(local);
  if (port != 0) {
    std::erase_if(settings, [](const auto& setting) { return setting.first == "local.port"; });
  }
  return settings;
}

std::vector<UpChange> compare(const UpSettings& running, const UpSettings& wanted) {
  std::vector<UpChange> changes;
  for (auto const& [key, value] : running) {
    auto const found = std::ranges::find(wanted, key, &UpSettings::value_type::first);
    if (found != wanted.end() && found->second != value) {
      changes.push_back({key, value, found->second});
    }
  }
  return changes;
}

std::string describe(const UpChange& change) {
  return fmt::format(
      "{} is {} in the manifest, but `davit up` began with {} and keeps to it: no release changes "
      "it; `davit stop`, then `davit up` again",
      change.key,
      change.wanted,
      change.running
  );
}

json::Object to_json(const UpSettings& settings) {
  json::Object object;
  for (auto const& [key, value] : settings) object[key] = value;
  return object;
}

UpSettings up_settings_from_json(const json::Object& object) {
  UpSettings settings;
  for (auto const& item : object) {
    if (item.value().is_string()) {
      settings.emplace_back(item.key(), json::view(item.value().get_string()));
    }
  }
  return settings;
}

}  // namespace davit::app
