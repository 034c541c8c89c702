// The input is a YAML file. Whatever it is, it is read within bounds or refused with a place, and
// the servers that are read from it print as YAML that reads back the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/servers.h"
#include "config/yaml.h"

namespace {

using namespace davit::config;

void require(bool condition) {
  if (!condition) std::abort();
}

std::size_t count(const Node& node, std::size_t depth) {
  require(depth <= kMaxYamlDepth + 1);
  std::size_t sum = 1;
  for (auto const& item : node.items) {
    require(item.line > 0 && item.column > 0);
    sum += count(item, depth + 1);
  }
  return sum;
}

// Every server as it is printed, without places.
std::string print_servers(const Node& node) {
  Report report;
  std::string out;
  for (auto const& server : read_servers(node, "servers", report)) {
    require(!server.error || !server.error->message().empty());
    if (server.error) continue;
    out += server.name + ":\n";
    print(out, 2, "", server_table(), server, {});
  }
  return out.empty() ? "{}\n" : out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto const root = parse_yaml({reinterpret_cast<const char*>(data), size}, "f");
  if (!root) {
    require(root.error().message().starts_with("f:"));
    return 0;
  }
  require(count(*root, 1) <= kMaxYamlNodes + 1);
  if (root->kind != Node::Kind::map) return 0;
  auto const printed = print_servers(*root);
  auto const again = parse_yaml(printed, "f");
  require(again && print_servers(*again) == printed);
  return 0;
}
