// The first line of the input is a schema, the rest is a value. Whatever they are, compiling and
// checking end soon; the verdict is always the same, and what is refused is explained.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/schema.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace davit;
  std::string_view const input(reinterpret_cast<const char*>(data), size);
  auto const middle = input.find('\n');
  if (middle == std::string_view::npos) return 0;
  auto const document = json::parse(input.substr(0, middle));
  auto const value = json::parse(input.substr(middle + 1));
  if (!document || !value) return 0;
  // The value stands for every other document too.
  json::SchemaOptions options;
  options.resolve = [&](std::string_view) { return &*value; };
  options.assert_formats = size % 2 == 1;
  options.max_steps = 20'000;
  options.max_pattern_memory = 1 << 16;
  auto const checked = json::Schema::compile(*document, options);
  options.check_schema = false;
  auto const schema = json::Schema::compile(*document, options);
  if (checked) require(schema.has_value());
  if (!schema) {
    require(!schema.error().message().empty());
    return 0;
  }
  auto const verdict = schema->accepts(*value);
  require(schema->accepts(*value) == verdict);
  auto const errors = schema->validate(*value);
  require(errors.empty() == verdict && errors.size() <= 8);
  if (checked) require(checked->accepts(*value) == verdict);
  return 0;
}
