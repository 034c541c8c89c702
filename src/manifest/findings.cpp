#include "manifest/findings.h"

#include <algorithm>

#include "base/strings.h"

namespace davit::manifest {
namespace {

// Of the key, of the first that was written in it, or of the first in a map around it.
std::string place_around(const Manifest& manifest, std::string_view key) {
  auto const& origins = manifest.origins;
  if (auto const exact = origins.find(key); exact != origins.end()) return exact->second;
  for (std::string map(key); !map.empty();) {
    map += '.';
    auto const first = origins.lower_bound(map);
    if (first != origins.end() && first->first.starts_with(map)) return first->second;
    map.pop_back();
    auto const dot = map.rfind('.');
    map.resize(dot == std::string::npos ? 0 : dot);
  }
  return manifest.file;
}

}  // namespace

void Findings::add(std::string key, std::string message) {
  auto place = place_around(manifest_, key);
  problems_.push_back({std::move(place), std::move(key), std::move(message)});
}

void Findings::add(const Server& server, std::string_view key, std::string message) {
  auto full = "servers." + server.name();
  if (!key.empty()) full += '.' + std::string(key);
  auto const origin = manifest_.origins.find(full);
  auto place = origin == manifest_.origins.end() ? server.place : origin->second;
  problems_.push_back({std::move(place), std::move(full), std::move(message)});
}

bool Findings::is_written(const Server& server, std::string_view key) const {
  return is_written("servers." + server.name() + '.' + std::string(key));
}

bool is_each_alone(const Manifest& manifest) {
  return manifest.layout == Layout::task_per_server || manifest.servers.size() == 1;
}

Arn parse_arn(std::string_view text) {
  auto const parts = split(text, ':');
  if (parts.size() < 6 || parts[0] != "arn") return {};
  auto const* const resource = parts[5].data();
  return {
      .service = parts[2],
      .region = parts[3],
      .account = parts[4],
      .resource = {resource, static_cast<std::size_t>(text.data() + text.size() - resource)}
  };
}

std::vector<Reference> references_of(const Manifest& manifest) {
  std::vector<Reference> all;
  for (auto const& server : manifest.servers) {
    auto const& token = server.connector.token;
    if (!token.empty()) all.push_back({"token", &server, token});
    for (auto const& [name, text] : server.secrets) {
      all.push_back({"secrets." + name, &server, text});
    }
  }
  for (auto const& text : manifest.auth.api_keys) all.push_back({"auth.api_keys", nullptr, text});
  auto const& store = manifest.state.store;
  if (store != "none" && store != "valkey") all.push_back({"state.store", nullptr, store});
  return all;
}

}  // namespace davit::manifest
