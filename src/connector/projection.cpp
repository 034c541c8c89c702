#include "connector/projection.h"

#include <charconv>

#include "connector/text.h"

namespace davit::connector {
namespace {

bool is_empty(const json::Value& value) {
  if (value.is_null()) return true;
  if (auto const* text = value.if_string()) return text->empty();
  if (auto const* array = value.if_array()) return array->empty();
  if (auto const* object = value.if_object()) return object->empty();
  return false;
}

bool is_false(const json::Value& value) {
  if (auto const* flag = value.if_bool()) return !*flag;
  if (auto const* number = value.if_int64()) return *number == 0;
  return false;
}

json::Value clean_text(
    std::string_view text,
    std::size_t max_bytes,
    bool foreign,
    const boost::json::storage_ptr& memory
) {
  auto clean = without_invisible(text);
  if (foreign) {
    clean = without_html_comments(clean);
  } else if (auto time = to_minute(clean)) {
    clean = *std::move(time);
  }
  return json::Value(shortened(std::move(clean), max_bytes), memory);
}

json::Value clean(
    const json::Value& value,
    std::size_t max_bytes,
    bool foreign,
    const boost::json::storage_ptr& memory
) {
  if (auto const* text = value.if_string()) {
    return clean_text(json::view(*text), max_bytes, foreign, memory);
  }
  if (auto const* array = value.if_array()) {
    json::Array out(memory);
    out.reserve(array->size());
    for (auto const& element : *array) {
      auto kept = clean(element, max_bytes, foreign, memory);
      if (!is_empty(kept)) out.push_back(std::move(kept));
    }
    return out;
  }
  if (auto const* object = value.if_object()) {
    json::Object out(memory);
    for (auto const& member : *object) {
      auto kept = clean(member.value(), max_bytes, foreign, memory);
      if (!is_empty(kept)) out.emplace(without_invisible(member.key()), std::move(kept));
    }
    return out;
  }
  // Some APIs write whole numbers as 60.0.
  if (auto const whole = json::find_int(value, "")) return json::Value(*whole, memory);
  return json::Value(value, memory);
}

}  // namespace

Projection::Projection(Keep keep, RichText rich_text)
    : fields_(parse(keep.text())), rich_text_(rich_text) {
  name_foreign(fields_, "");
}

std::vector<Projection::Field> Projection::parse(Str text) {
  std::vector<Field> fields;
  while (!text.empty()) {
    auto const field = take_keep_field(text);
    fields.push_back({
        .name = std::string(field.name),
        .path = std::string(field.path),
        .fields = parse(field.fields),
        .max_bytes = field.max_bytes,
        .foreign = field.foreign,
        .drop_false = field.drop_false,
        .is_time = field.is_time,
    });
  }
  return fields;
}

void Projection::name_foreign(const std::vector<Field>& fields, const std::string& prefix) {
  for (auto const& field : fields) {
    if (field.foreign) foreign_.push_back(prefix + field.name);
    name_foreign(field.fields, prefix + field.name + '.');
  }
}

json::Value Projection::apply(const json::Value& answer, boost::json::storage_ptr memory) const {
  if (fields_.empty()) return clean(answer, kOwnTextBytes, false, memory);
  return reduce(answer, fields_, memory);
}

json::Value Projection::apply(const json::Array& rows, boost::json::storage_ptr memory) const {
  json::Array out(memory);
  out.reserve(rows.size());
  for (auto const& row : rows) {
    auto kept = apply(row, memory);
    if (!is_empty(kept)) out.push_back(std::move(kept));
  }
  return out;
}

json::Value Projection::reduce(
    const json::Value& value,
    const std::vector<Field>& fields,
    const boost::json::storage_ptr& memory
) const {
  if (auto const* array = value.if_array()) {
    json::Array out(memory);
    out.reserve(array->size());
    for (auto const& element : *array) {
      auto kept = reduce(element, fields, memory);
      if (!is_empty(kept)) out.push_back(std::move(kept));
    }
    return out;
  }
  if (!value.is_object()) return clean(value, kOwnTextBytes, false, memory);
  json::Object out(memory);
  out.reserve(fields.size());
  for (auto const& field : fields) {
    auto kept = pick(value, field.path, field, memory);
    if (is_empty(kept) || (field.drop_false && is_false(kept))) continue;
    out.emplace(field.name, std::move(kept));
  }
  return out;
}

json::Value Projection::show(
    const json::Value& value, const Field& field, const boost::json::storage_ptr& memory
) const {
  if (!field.fields.empty()) return reduce(value, field.fields, memory);
  if (field.is_time) {
    auto const time = to_point_in_time(value);
    return time ? json::Value(*time, memory) : json::Value(memory);
  }
  if (field.foreign && rich_text_ != nullptr) {
    if (auto const text = rich_text_(value)) {
      // Comments in it are ours: they stand for what has no text.
      return json::Value(shortened(without_invisible(*text), field.max_bytes), memory);
    }
  }
  return clean(value, field.max_bytes, field.foreign, memory);
}

json::Value Projection::pick(
    const json::Value& value,
    std::string_view path,
    const Field& field,
    const boost::json::storage_ptr& memory
) const {
  if (path.empty()) return show(value, field, memory);
  auto const dot = path.find('.');
  auto const key = path.substr(0, dot);
  auto const rest = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  if (auto const* object = value.if_object()) {
    auto const* next = object->if_contains(key);
    return next == nullptr ? json::Value(memory) : pick(*next, rest, field, memory);
  }
  auto const* array = value.if_array();
  if (array == nullptr) return json::Value(memory);
  std::size_t index = 0;
  auto const [end, ec] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (ec == std::errc() && end == key.data() + key.size()) {
    auto const* next = array->if_contains(index);
    return next == nullptr ? json::Value(memory) : pick(*next, rest, field, memory);
  }
  json::Array out(memory);
  for (auto const& element : *array) {
    auto kept = pick(element, path, field, memory);
    if (!is_empty(kept)) out.push_back(std::move(kept));
  }
  return out;
}

}  // namespace davit::connector
