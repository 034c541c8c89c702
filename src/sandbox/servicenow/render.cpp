#include "sandbox/servicenow/render.h"

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::sandbox::servicenow {
namespace {

// By sys_id, or by name for the few that refer to a name.
std::string link_to(std::string_view base_url, const Column& column, std::string_view value) {
  auto const separator = column.type == Type::named ? "?name=" : "/";
  return fmt::format("{}/api/now/table/{}{}{}", base_url, column.of, separator, value);
}

json::Value show(
    const World& world, std::string_view base_url, const Field& field, const Shape& shape
) {
  auto const value = stored_value(field);
  auto const is_reference =
      field.column->type == Type::reference || field.column->type == Type::named;
  auto const has_link = is_reference && shape.has_links && !value.empty();
  if (!has_link && shape.show == Show::value) return json::Value(value);
  if (!has_link && shape.show == Show::display) return json::Value(display_value(world, field));
  json::Object shown;
  if (shape.show != Show::value) shown["display_value"] = display_value(world, field);
  if (has_link) shown["link"] = link_to(base_url, *field.column, value);
  if (shape.show != Show::display) shown["value"] = value;
  return shown;
}

}  // namespace

Shape shape_of(const Call& call) {
  Shape shape;
  auto const show = call.text("sysparm_display_value").value_or("false");
  if (show == "true") shape.show = Show::display;
  if (show == "all") shape.show = Show::both;
  shape.has_links = !call.flag("sysparm_exclude_reference_link");
  for (auto const name : split(call.text("sysparm_fields").value_or(""), ',')) {
    if (!trim(name).empty()) shape.fields.emplace_back(trim(name));
  }
  return shape;
}

json::Object render(
    const World& world, std::string_view base_url, const Record& record, const Shape& shape
) {
  json::Object shown;
  if (shape.fields.empty()) {
    for (auto const* column : columns_of(record.table)) {
      shown[column->name] = show(world, base_url, {&record, column}, shape);
    }
    return shown;
  }
  for (auto const& path : shape.fields) {
    auto const field = resolve(world, record, path);
    if (field) shown[path] = show(world, base_url, *field, shape);
  }
  return shown;
}

json::Object both(std::string_view value, std::string_view display_value) {
  return {{"display_value", display_value}, {"value", value}};
}

json::Object both(const World& world, const Field& field) {
  return both(stored_value(field), display_value(world, field));
}

json::Object reference_to(std::string_view base_url, std::string_view table, std::string_view id) {
  return {{"link", fmt::format("{}/api/now/table/{}/{}", base_url, table, id)}, {"value", id}};
}

}  // namespace davit::sandbox::servicenow
