#include "mcp/header_params.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::mcp {
namespace {

constexpr std::string_view kAnnotation = "x-mcp-header";
// Whole numbers up to here are exact in every client. MCP 2026-07-28, "Custom Headers".
constexpr double kMaxInteger = 9007199254740991.0;

constexpr bool is_one_of(std::string_view key, std::initializer_list<std::string_view> keys) {
  return std::ranges::find(keys, key) != keys.end();
}
// Values, not schemas: what looks like an annotation there is none.
constexpr bool holds_data(std::string_view keyword) {
  return is_one_of(keyword, {"const", "enum", "default", "examples"});
}
// Schemas by names that the author chose.
constexpr bool holds_named_schemas(std::string_view keyword) {
  return is_one_of(
      keyword, {"$defs", "definitions", "patternProperties", "dependentSchemas", "properties"}
  );
}

// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kAllowed =
      "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return !text.empty() && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::optional<HeaderParam::Type> type_of(const json::Object& schema) {
  auto const* type = schema.if_contains("type");
  if (type == nullptr || !type->is_string()) return std::nullopt;
  if (*type == "string") return HeaderParam::Type::string;
  if (*type == "integer") return HeaderParam::Type::integer;
  if (*type == "boolean") return HeaderParam::Type::boolean;
  return std::nullopt;
}

class Finder {
 public:
  // `path` leads to `schema` through `properties` alone; it is null where that is not so.
  Result<> search(const json::Object& schema, const std::vector<std::string>* path) {
    if (schema.contains(kAnnotation)) DAVIT_CHECK(add(schema, path));
    for (auto const& member : schema) {
      std::string_view const keyword = member.key();
      if (holds_data(keyword)) continue;
      if (holds_named_schemas(keyword) && member.value().is_object()) {
        DAVIT_CHECK(
            search_named(member.value().get_object(), keyword == "properties" ? path : nullptr)
        );
      } else {
        DAVIT_CHECK(search_unreachable(member.value()));
      }
    }
    return {};
  }

  std::vector<HeaderParam> take() { return std::move(found_); }

 private:
  Result<> search_named(const json::Object& schemas, const std::vector<std::string>* path) {
    for (auto const& member : schemas) {
      if (!member.value().is_object()) continue;
      std::vector<std::string> longer;
      if (path != nullptr) {
        longer = *path;
        longer.emplace_back(member.key());
      }
      DAVIT_CHECK(search(member.value().get_object(), path == nullptr ? nullptr : &longer));
    }
    return {};
  }

  Result<> search_unreachable(const json::Value& value) {
    if (auto const* object = value.if_object()) return search(*object, nullptr);
    if (auto const* array = value.if_array()) {
      for (auto const& element : *array) DAVIT_CHECK(search_unreachable(element));
    }
    return {};
  }

  Result<> add(const json::Object& schema, const std::vector<std::string>* path) {
    auto const& annotation = schema.at(kAnnotation);
    auto const name =
        annotation.is_string() ? json::view(annotation.get_string()) : std::string_view();
    auto const refuse = [name](std::string_view why) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format("{} '{}' {}", kAnnotation, utf8_prefix(name, 100), why)
      );
    };
    if (!is_token(name)) return refuse("is no header name");
    if (path == nullptr || path->empty())
      return refuse("stands where `properties` alone do not lead");
    auto const type = type_of(schema);
    if (!type) return refuse("is not on a string, an integer or a boolean");
    auto const is_same = [name](const HeaderParam& other) { return iequals(other.name, name); };
    if (std::ranges::any_of(found_, is_same)) return refuse("stands twice");
    found_.push_back({std::string(name), *path, *type});
    return {};
  }

  std::vector<HeaderParam> found_;
};

std::optional<double> to_number(std::string_view text) {
  double number = 0;
  auto const [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<std::vector<HeaderParam>> find_header_params(const json::Object& input_schema) {
  Finder finder;
  std::vector<std::string> const root;
  DAVIT_CHECK(finder.search(input_schema, &root));
  return finder.take();
}

const json::Value* find_argument(const HeaderParam& param, const json::Object& arguments) {
  const json::Object* object = &arguments;
  const json::Value* value = nullptr;
  for (auto const& name : param.path) {
    value = object == nullptr ? nullptr : object->if_contains(name);
    if (value == nullptr) return nullptr;
    object = value->if_object();
  }
  return value == nullptr || value->is_null() ? nullptr : value;
}

bool says_the_same(const HeaderParam& param, const json::Value& argument, std::string_view header) {
  if (auto const* text = argument.if_string()) return json::view(*text) == header;
  if (!argument.is_number() || param.type != HeaderParam::Type::integer)
    return json::to_text(argument) == header;
  if (json::to_text(argument) == header) return true;
  auto const a = argument.to_number<double>();
  auto const b = to_number(header);
  return b && a == *b && std::abs(a) <= kMaxInteger;
}

}  // namespace davit::mcp
