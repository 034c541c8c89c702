// JSON: Boost.JSON values with the lookups that tolerate what upstreams really send.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

#include "base/result.h"

namespace davit::json {

using Array = boost::json::array;
using Object = boost::json::object;
using String = boost::json::string;
using Value = boost::json::value;

// Deepest nesting that `parse` accepts, in arrays and objects.
inline constexpr std::size_t kMaxDepth = 64;

// Parses one JSON text: UTF-8, nothing behind it, no duplicate meaning (the last of two equal keys
// wins, as in most readers). The value lives in `memory`. Errors: invalid_input with the position.
Result<Value> parse(std::string_view text, boost::json::storage_ptr memory = {});

std::string to_text(const Value& value);
// These append, for building a larger text without a copy between.
void append_text(std::string& out, const Value& value);
// The members of an object, without its braces.
void append_members(std::string& out, const Object& object);

// Objects with their keys sorted, everything else as it is: equal values give equal text.
std::string canonical(const Value& value);

// The value at a path of keys and indexes, "author.username" or "items.0.id"; null pointer when a
// step is missing or a null is met on the way. The pointer lives as long as `value` is unchanged.
const Value* find(const Value& value, std::string_view path);

// As find, but only when the value there has the type. The views live as long as `value`.
std::optional<std::string_view> find_string(const Value& value, std::string_view path);
// A whole number however it was spelt: 5, 5.0.
std::optional<std::int64_t> find_int(const Value& value, std::string_view path);
std::optional<bool> find_bool(const Value& value, std::string_view path);
const Object* find_object(const Value& value, std::string_view path);
const Array* find_array(const Value& value, std::string_view path);

// The same in an object. Without these it would be copied into a Value first, and the pointer or
// view be into that copy, which is gone when the caller looks.
const Value* find(const Object& object, std::string_view path);
std::optional<std::string_view> find_string(const Object& object, std::string_view path);
std::optional<std::int64_t> find_int(const Object& object, std::string_view path);
std::optional<bool> find_bool(const Object& object, std::string_view path);
const Object* find_object(const Object& object, std::string_view path);
const Array* find_array(const Object& object, std::string_view path);

inline std::string_view view(const String& text) { return {text.data(), text.size()}; }

}  // namespace davit::json
