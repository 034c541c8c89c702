#include "json/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include <boost/json/parser.hpp>
#include <fmt/format.h>

#include "base/strings.h"

namespace davit::json {
namespace {

const Value* step(const Value& value, std::string_view key) {
  if (auto const* object = value.if_object()) return object->if_contains(key);
  if (auto const* array = value.if_array()) {
    std::size_t index = 0;
    auto const [end, ec] = std::from_chars(key.data(), key.data() + key.size(), index);
    if (ec != std::errc() || end != key.data() + key.size()) return nullptr;
    return array->if_contains(index);
  }
  return nullptr;
}

void append_canonical(std::string& out, const Value& value) {
  if (auto const* object = value.if_object()) {
    std::vector<const boost::json::key_value_pair*> members;
    members.reserve(object->size());
    for (auto const& member : *object) members.push_back(&member);
    std::ranges::sort(members, {}, [](auto const* member) {
      return std::string_view(member->key());
    });
    out += '{';
    for (auto const* member : members) {
      if (out.back() != '{') out += ',';
      append_json_string(out, member->key());
      out += ':';
      append_canonical(out, member->value());
    }
    out += '}';
  } else if (auto const* array = value.if_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += ',';
      append_canonical(out, (*array)[i]);
    }
    out += ']';
  } else {
    append_text(out, value);
  }
}

// Boost.JSON reads 1e999 as infinity and 0e999 as NaN: nothing that JSON could say.
bool is_finite(const Value& value) {
  if (value.is_double()) return std::isfinite(value.get_double());
  if (value.is_array()) return std::ranges::all_of(value.get_array(), is_finite);
  return !value.is_object() || std::ranges::all_of(value.get_object(), [](const auto& member) {
    return is_finite(member.value());
  });
}

}  // namespace

Result<Value> parse(std::string_view text, boost::json::storage_ptr memory) {
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  // The parser's own stack starts in this buffer, so that small messages need no allocation for it.
  unsigned char stack[4096];
  boost::json::parser parser({}, options, stack, sizeof stack);
  parser.reset(std::move(memory));
  boost::system::error_code ec;
  auto const used = parser.write_some(text.data(), text.size(), ec);
  auto const rest = text.substr(used);
  if (!ec && rest.find_first_not_of(" \t\r\n") != std::string_view::npos) {
    ec = boost::json::make_error_code(boost::json::error::extra_data);
  }
  if (ec) {
    return Error(
        ErrorKind::invalid_input, fmt::format("not JSON at byte {}: {}", used, ec.message())
    );
  }
  auto value = parser.release();
  if (!is_finite(value)) return Error(ErrorKind::invalid_input, "not JSON: a number is too large");
  return value;
}

std::string to_text(const Value& value) {
  std::string out;
  append_text(out, value);
  return out;
}

// By hand, for Boost writes 61.2 as 6.12E1, and takes four times as long. Goes as deep as the
// value: those that come from outside are bounded by `parse`.
void append_text(std::string& out, const Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: out += "null"; break;
    case boost::json::kind::bool_: out += value.get_bool() ? "true" : "false"; break;
    case boost::json::kind::int64: append_json_number(out, value.get_int64()); break;
    case boost::json::kind::uint64: out += fmt::format_int(value.get_uint64()).c_str(); break;
    case boost::json::kind::double_: append_json_number(out, value.get_double()); break;
    case boost::json::kind::string: append_json_string(out, view(value.get_string())); break;
    case boost::json::kind::array: {
      auto first = true;
      for (auto const& element : value.get_array()) {
        out += std::exchange(first, false) ? '[' : ',';
        append_text(out, element);
      }
      out += first ? "[]" : "]";
      break;
    }
    case boost::json::kind::object:
      out += '{';
      append_members(out, value.get_object());
      out += '}';
      break;
  }
}

void append_members(std::string& out, const Object& object) {
  auto first = true;
  for (auto const& [key, value] : object) {
    if (!std::exchange(first, false)) out += ',';
    append_json_string(out, key);
    out += ':';
    append_text(out, value);
  }
}

std::string canonical(const Value& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

const Value* find(const Value& value, std::string_view path) {
  auto const* at = &value;
  while (at != nullptr && !path.empty()) {
    auto const dot = path.find('.');
    at = step(*at, path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  return at == nullptr || at->is_null() ? nullptr : at;
}

const Value* find(const Object& object, std::string_view path) {
  auto const dot = path.find('.');
  auto const* at = object.if_contains(path.substr(0, dot));
  if (at == nullptr) return nullptr;
  return find(*at, dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1));
}

namespace {

std::optional<std::string_view> as_string(const Value* at) {
  if (at == nullptr || !at->is_string()) return std::nullopt;
  return view(at->get_string());
}

std::optional<std::int64_t> as_int(const Value* at) {
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond, a double is no exact integer
  if (at == nullptr) return std::nullopt;
  if (auto const* number = at->if_int64()) return *number;
  if (auto const* real = at->if_double()) {
    if (std::abs(*real) <= kExact && std::trunc(*real) == *real) {
      return static_cast<std::int64_t>(*real);
    }
  }
  return std::nullopt;
}

std::optional<bool> as_bool(const Value* at) {
  if (at == nullptr || !at->is_bool()) return std::nullopt;
  return at->get_bool();
}

const Object* as_object(const Value* at) { return at == nullptr ? nullptr : at->if_object(); }

const Array* as_array(const Value* at) { return at == nullptr ? nullptr : at->if_array(); }

}  // namespace

std::optional<std::string_view> find_string(const Value& value, std::string_view path) {
  return as_string(find(value, path));
}
std::optional<std::string_view> find_string(const Object& object, std::string_view path) {
  return as_string(find(object, path));
}

std::optional<std::int64_t> find_int(const Value& value, std::string_view path) {
  return as_int(find(value, path));
}
std::optional<std::int64_t> find_int(const Object& object, std::string_view path) {
  return as_int(find(object, path));
}

std::optional<bool> find_bool(const Value& value, std::string_view path) {
  return as_bool(find(value, path));
}
std::optional<bool> find_bool(const Object& object, std::string_view path) {
  return as_bool(find(object, path));
}

const Object* find_object(const Value& value, std::string_view path) {
  return as_object(find(value, path));
}
const Object* find_object(const Object& object, std::string_view path) {
  return as_object(find(object, path));
}

const Array* find_array(const Value& value, std::string_view path) {
  return as_array(find(value, path));
}
const Array* find_array(const Object& object, std::string_view path) {
  return as_array(find(object, path));
}

}  // namespace davit::json
