// The tables of the manifest: every key with the member it fills, its range and its sentence. The
// reader, `davit docs manifest` and the JSON Schema are made from them.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "config/row.h"
#include "manifest/manifest.h"

namespace davit::manifest {

// One map of the manifest: the struct that it fills, and the rows for that.
struct Section {
  std::string_view key;  // "network"; empty at the top
  std::string_view doc;  // one sentence
  std::span<const config::Row> rows;
  void* (*member)(Manifest& manifest) = nullptr;
};

// In the order in which a manifest is written; the first is the top.
std::span<const Section> sections();

// The rows of config::server_table() as a manifest has them: `connector` is one kind of server of
// several, and tokens may be on AWS.
std::vector<config::Row> connector_rows();

// What a server has beside the rows of config::server_table().
config::Table<Server> server_table();

// Maps of the manifest that have no table: their keys are free.
struct FreeMap {
  std::string_view key;  // "tags"; of a server, "environment"
  std::string_view doc;
  bool of_server = false;
};
std::span<const FreeMap> free_maps();

}  // namespace davit::manifest
