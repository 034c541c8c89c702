#include "manifest/node_json.h"

#include <charconv>
#include <cstdint>

#include <fmt/format.h>

namespace davit::manifest {
namespace {

json::Value scalar_to_json(const config::Node& node) {
  if (node.quoted) return json::Value(node.text);
  if (node.text == "true" || node.text == "false") return json::Value(node.text == "true");
  // Numbers whose letters say more than they, 012345678901 and 1.10, stay texts: CloudFormation
  // takes either.
  std::int64_t whole = 0;
  auto const* const end = node.text.data() + node.text.size();
  std::from_chars(node.text.data(), end, whole);
  if (std::to_string(whole) == node.text) return json::Value(whole);
  double number = 0;
  std::from_chars(node.text.data(), end, number);
  auto const is_finite = node.text.find_first_not_of("0123456789-.") == std::string::npos;
  if (is_finite && fmt::format("{}", number) == node.text) return json::Value(number);
  return json::Value(node.text);
}

}  // namespace

json::Value to_json(const config::Node& node) {
  switch (node.kind) {
    case config::Node::Kind::null: return nullptr;
    case config::Node::Kind::scalar: return scalar_to_json(node);
    case config::Node::Kind::list: {
      json::Array list;
      for (auto const& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case config::Node::Kind::map: break;
  }
  json::Object map;
  for (auto const& item : node.items) map[item.key] = to_json(item);
  return map;
}

}  // namespace davit::manifest
