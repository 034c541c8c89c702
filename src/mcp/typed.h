// Typed tools: plain structs for arguments and results instead of JSON. The struct lists its
// fields, and schema and conversion follow from them:
//
//   struct Greet {
//     std::string name;
//     std::optional<int> times;
//     static auto fields() {
//       return std::tuple(
//           mcp::field("name", &Greet::name, "Whom to greet."),
//           mcp::field("times", &Greet::times, "How often; once when left out.").min(1).max(9)
//       );
//     }
//   };
//   Async<ToolResult> greet(Context context, Greet arguments);
//
//   server.add_tool(mcp::typed_tool<Greet>("greet", "Greets somebody.", &greet));
//
// Fields are strings, booleans, numbers, structs with fields of their own, std::vector of these,
// and std::optional of these, which need not be given. What has a schema that does not fit in here
// is written as a Tool with JSON.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/system/error_code.hpp>

#include "mcp/tool.h"

namespace davit::mcp {

template <class Owner, class T>
struct Field {
  std::string_view name;  // a literal
  T Owner::* member;
  json::Object keywords;  // of the field's schema, beside its type

  Field with(std::string_view keyword, json::Value value) && {
    keywords[keyword] = std::move(value);
    return std::move(*this);
  }
  Field min(auto number) && { return std::move(*this).with("minimum", number); }
  Field max(auto number) && { return std::move(*this).with("maximum", number); }
  Field choices(std::initializer_list<std::string_view> values) && {
    return std::move(*this).with("enum", json::Array(values.begin(), values.end()));
  }
};

template <class Owner, class T>
Field<Owner, T> field(std::string_view name, T Owner::* member, std::string_view description) {
  return {name, member, json::Object{{"description", description}}};
}

template <class T>
concept HasFields = requires { T::fields(); };
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;

// Calls `visit` with every field of the struct.
template <HasFields T>
void for_each_field(auto visit) {
  static auto const fields = T::fields();
  std::apply([&visit](auto const&... each) { (visit(each), ...); }, fields);
}

template <class T>
json::Object schema_of() {
  if constexpr (std::same_as<T, std::string>) {
    return {{"type", "string"}};
  } else if constexpr (std::same_as<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::integral<T>) {
    return {{"type", "integer"}};
  } else if constexpr (std::floating_point<T>) {
    return {{"type", "number"}};
  } else if constexpr (kIsOptional<T>) {
    return schema_of<typename T::value_type>();
  } else if constexpr (kIsVector<T>) {
    return {{"type", "array"}, {"items", schema_of<typename T::value_type>()}};
  } else {
    static_assert(HasFields<T>, "a field's type must be one of those that typed.h names");
    json::Object properties;
    json::Array required;
    for_each_field<T>([&]<class Member>(const Field<T, Member>& field) {
      auto schema = schema_of<Member>();
      for (auto const& keyword : field.keywords) schema.insert(keyword);
      properties[field.name] = std::move(schema);
      if (!kIsOptional<Member>) required.push_back(json::String(field.name));
    });
    json::Object schema{{"type", "object"}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = std::move(required);
    schema["additionalProperties"] = false;
    return schema;
  }
}

// `value` conforms to schema_of<T>. Errors: invalid_input (a number that the type cannot hold).
template <class T>
Result<> read_typed(const json::Value& value, T& out) {
  if constexpr (std::same_as<T, std::string>) {
    out = json::view(value.get_string());
  } else if constexpr (std::same_as<T, bool>) {
    out = value.get_bool();
  } else if constexpr (std::is_arithmetic_v<T>) {
    boost::system::error_code failed;
    out = value.to_number<T>(failed);
    if (failed) return Error(ErrorKind::invalid_input, "the number is out of range");
  } else if constexpr (kIsOptional<T>) {
    return read_typed(value, out.emplace());
  } else if constexpr (kIsVector<T>) {
    for (auto const& element : value.get_array()) {
      DAVIT_CHECK(read_typed(element, out.emplace_back()));
    }
  } else {
    Result<> result;
    for_each_field<T>([&](const auto& field) {
      auto const* member = value.get_object().if_contains(field.name);
      if (member == nullptr || !result) return;
      result = read_typed(*member, out.*field.member);
      if (!result) result = std::move(result).error().while_doing(field.name);
    });
    return result;
  }
  return {};
}

template <class T>
json::Value write_typed(const T& value) {
  if constexpr (kIsVector<T>) {
    json::Array array;
    for (auto const& element : value) array.push_back(write_typed(element));
    return array;
  } else if constexpr (HasFields<T>) {
    json::Object object;
    for_each_field<T>([&]<class Member>(const Field<T, Member>& field) {
      auto const& member = value.*field.member;
      if constexpr (kIsOptional<Member>) {
        if (member) object[field.name] = write_typed(*member);
      } else {
        object[field.name] = write_typed(member);
      }
    });
    return object;
  } else if constexpr (std::same_as<T, std::string>) {
    return json::String(value);
  } else {
    return value;
  }
}

namespace detail {

inline Async<ToolResult> refuse_arguments(Error error) { co_return error; }

template <class Answer>
Async<ToolResult> structured(Async<Answer> running) {
  DAVIT_CO_TRY(auto answer, co_await std::move(running));
  co_return ToolResult::of(write_typed(answer));
}

}  // namespace detail

// The handler is called as handler(Context, Arguments). It yields a ToolResult, or a struct with
// fields, which becomes the structured result and gives the tool its output schema.
template <HasFields Arguments, class Handler>
Tool typed_tool(std::string name, std::string description, Handler handler) {
  using Answer = typename std::invoke_result_t<Handler, Context, Arguments>::value_type::value_type;
  Tool tool;
  tool.definition.name = std::move(name);
  tool.definition.description = std::move(description);
  tool.definition.input_schema = schema_of<Arguments>();
  if constexpr (HasFields<Answer>) tool.definition.output_schema = schema_of<Answer>();
  tool.handler = [handler](Context context, json::Object arguments) {
    Arguments typed{};
    auto const read = read_typed(json::Value(std::move(arguments)), typed);
    if (!read) return detail::refuse_arguments(read.error());
    if constexpr (HasFields<Answer>) {
      return detail::structured<Answer>(handler(std::move(context), std::move(typed)));
    } else {
      return handler(std::move(context), std::move(typed));
    }
  };
  return tool;
}

}  // namespace davit::mcp
