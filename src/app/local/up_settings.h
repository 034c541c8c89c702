// UpSettings: what `davit up` reads of the manifest when it starts, and keeps to: no release
// changes it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "json/json.h"
#include "manifest/manifest.h"

namespace davit::app {

// "local.port", "8080".
using UpSettings = std::vector<std::pair<std::string, std::string>>;
UpSettings up_settings(const manifest::Local& local);
// Those that `davit up --port` keeps to: the manifest's port does not count; 0: no --port.
UpSettings up_settings_with(const manifest::Local& local, std::uint16_t port);

struct UpChange {
  std::string key;
  std::string running;
  std::string wanted;
};
// Where the manifest says something else than what runs.
std::vector<UpChange> compare(const UpSettings& running, const UpSettings& wanted);
// In a sentence, with what to do.
std::string describe(const UpChange& change);

json::Object to_json(const UpSettings& settings);
UpSettings up_settings_from_json(const json::Object& object);

}  // namespace davit::app
