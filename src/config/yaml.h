// YAML: a file as a tree of nodes that know their place in it. yaml-cpp is the engine and stays
// inside yaml.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace davit::config {

inline constexpr std::size_t kMaxYamlBytes = 1024 * 1024;
inline constexpr std::size_t kMaxYamlDepth = 32;
// An alias counts, here and in bytes, as what it stands for: a small file stays a small tree.
inline constexpr std::size_t kMaxYamlNodes = 50'000;

struct Node {
  enum class Kind { null, scalar, list, map };

  Kind kind = Kind::null;
  std::string key;          // of an entry of a map
  std::string text;         // of a scalar, without quotes
  bool quoted = false;      // or a block of lines: text and nothing else
  std::string tag;          // "!Ref"; empty without one
  std::vector<Node> items;  // of a list, or of a map in the order of the file
  int line = 0;             // from 1, of the key if there is one; 0 when it stands in no file
  int column = 0;           // from 1
  std::shared_ptr<const std::string> source;  // the name of the file

  // The entry of a map, or a null pointer.
  const Node* find(std::string_view entry) const;
};

// Where a node stands: "davit.yaml:3".
std::string place_of(const Node& node);

// A configuration has no tags; a template of CloudFormation is full of them.
enum class YamlTags { refuse, keep };

// One document, or none, which is a null. `name` stands for the text in places. Errors:
// invalid_input, one line for each problem, "davit.yaml:3: port: is there twice, first in line 1".
Result<Node> parse_yaml(std::string_view text, std::string name, YamlTags tags = YamlTags::refuse);

// Errors: as parse_yaml; not_found, forbidden or unavailable when the file cannot be read. Blocks.
Result<Node> read_yaml(const std::string& path, YamlTags tags = YamlTags::refuse);

}  // namespace davit::config
