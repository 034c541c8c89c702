// Two lines of JSON as lists of tools. Whatever they are, comparing them ends soon, and a list
// never differs from itself.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "release/contract.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

davit::json::Array tools_of(std::string_view text) {
  auto const value = davit::json::parse(text);
  if (!value) return {};
  if (value->is_array()) return value->get_array();
  // A schema alone is one of a tool.
  davit::json::Object const tool{{"name", "t"}, {"inputSchema", *value}, {"outputSchema", *value}};
  davit::json::Array tools;
  tools.push_back(tool);
  return tools;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace davit;
  std::string_view const input(reinterpret_cast<const char*>(data), size);
  auto const middle = input.find('\n');
  if (middle == std::string_view::npos) return 0;
  auto const before = tools_of(input.substr(0, middle));
  auto const after = tools_of(input.substr(middle + 1));
  require(release::compare_tools(before, before).empty());
  auto const changes = release::compare_tools(before, after);
  require(changes == release::compare_tools(before, after));
  require(!release::to_text(changes).empty());
  (void)json::to_text(release::to_json(changes));
  return 0;
}
