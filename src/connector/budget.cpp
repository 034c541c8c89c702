#include "connector/budget.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>

#include "connector/text.h"

namespace davit::connector {
namespace {

// Cuts at the largest place; an answer that needs more of them is of very many small values.
constexpr int kPasses = 20;

// Below this a part is not worth cutting: the rest of the value is what is too large.
constexpr std::size_t kSmallestCut = 128;
// At most what `shortened` appends.
constexpr std::size_t kMarkBytes = 40;

// What JSON adds to a byte: a backslash, or \u00 and two digits for one.
constexpr auto kEscapeBytes = [] {
  std::array<std::uint8_t, 256> bytes{};
  for (std::size_t c = 0; c < 0x20; ++c) bytes[c] = 5;
  for (auto const c : std::string_view("\"\\\n\t\r\b\f")) bytes[static_cast<unsigned char>(c)] = 1;
  return bytes;
}();

std::size_t string_size(std::string_view text) {
  auto size = 2 + text.size();
  for (auto const c : text) size += kEscapeBytes[static_cast<unsigned char>(c)];
  return size;
}

template <class Number>
std::size_t number_size(Number number) {
  char text[32];
  return static_cast<std::size_t>(std::to_chars(text, text + sizeof text, number).ptr - text);
}

struct Largest {
  json::Value* value = nullptr;
  std::size_t bytes = kSmallestCut;
  std::string path;
};

// A long text, or an array of more than one element. An array competes with the texts in it by an
// eighth of its size: a list of many loses its end, of a few long ones each is cut.
void find_largest(json::Value& value, const std::string& path, Largest& largest) {
  auto const offer = [&](std::size_t bytes) {
    if (bytes > largest.bytes) largest = {&value, bytes, path};
  };
  auto const below = [&](std::string_view key) {
    auto inner = path.empty() ? std::string() : path + '.';
    return inner += key;
  };
  if (auto const* text = value.if_string()) {
    offer(text->size());
  } else if (auto* array = value.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      find_largest((*array)[i], below(std::to_string(i)), largest);
    }
    if (array->size() > 1) offer(json_size(value) / 8);
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) find_largest(member.value(), below(member.key()), largest);
  }
}

// Of a value of very many small ones: leaves out the last elements and members until it fits.
void drop_from_end(json::Value& value, std::size_t bytes) {
  auto size = json_size(value);
  if (auto* array = value.if_array()) {
    while (size > bytes && array->size() > 1) {
      size -= json_size(array->back()) + 1;
      array->pop_back();
    }
    if (size > bytes && !array->empty())
      drop_from_end(array->back(), bytes - std::min(bytes, size - json_size(array->back())));
  } else if (auto* object = value.if_object()) {
    while (size > bytes && object->size() > 1) {
      auto const last = std::prev(object->end());
      size -= string_size(last->key()) + json_size(last->value()) + 2;
      object->erase(last);
    }
    if (size > bytes && !object->empty()) {
      auto& last = std::prev(object->end())->value();
      drop_from_end(last, bytes - std::min(bytes, size - json_size(last)));
    }
  }
}

}  // namespace

std::size_t json_size(const json::Value& value) {
  switch (value.kind()) {
    case boost::json::kind::null: return 4;
    case boost::json::kind::bool_: return value.get_bool() ? 4 : 5;
    case boost::json::kind::int64: return number_size(value.get_int64());
    case boost::json::kind::uint64: return number_size(value.get_uint64());
    case boost::json::kind::double_: return number_size(value.get_double()) + 2;  // "E0" at most
    case boost::json::kind::string: return string_size(json::view(value.get_string()));
    case boost::json::kind::array: {
      std::size_t size = std::max<std::size_t>(value.get_array().size(), 1) + 1;
      for (auto const& element : value.get_array()) size += json_size(element);
      return size;
    }
    case boost::json::kind::object: {
      std::size_t size = std::max<std::size_t>(value.get_object().size(), 1) + 1;
      for (auto const& member : value.get_object()) {
        size += string_size(member.key()) + 1 + json_size(member.value());
      }
      return size;
    }
  }
  return 0;
}

std::size_t count_that_fit(const json::Array& items, std::size_t bytes) {
  std::size_t used = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    used += json_size(items[i]) + 1;
    if (used > bytes) return std::max<std::size_t>(i, 1);
  }
  return items.size();
}

std::vector<std::string> shrink(json::Value& value, std::size_t bytes) {
  std::vector<std::string> cut;
  auto size = json_size(value);
  for (int pass = 0; size > bytes && pass < kPasses; size = json_size(value), ++pass) {
    Largest largest;
    find_largest(value, "", largest);
    if (largest.value == nullptr) break;
    auto const excess = size - bytes;
    if (auto* text = largest.value->if_string()) {
      auto const cut_to =
          text->size() > 2 * excess ? text->size() - excess - kMarkBytes : text->size() / 2;
      *text = shortened(std::string(json::view(*text)), cut_to);
    } else {
      auto& array = largest.value->get_array();
      auto const whole = json_size(*largest.value);
      // One byte less than needed, so that one element goes at least.
      array.resize(count_that_fit(array, whole > excess ? whole - excess - 1 : 0));
    }
    if (std::ranges::find(cut, largest.path) == cut.end()) cut.push_back(std::move(largest.path));
  }
  if (size > bytes) {
    drop_from_end(value, bytes);
    cut.emplace_back("what stood at the end");
  }
  return cut;
}

}  // namespace davit::connector
