#include "infra/board.h"

#include <algorithm>

#include <fmt/format.h>

namespace davit::infra {

using json::Array;
using json::Object;

std::string text_of(const Value& value) {
  if (auto const* text = value.if_string()) return std::string(*text);
  auto const* object = value.if_object();
  if (object == nullptr || object->empty()) return "";
  auto const& [name, inner] = *object->begin();
  if (name == "Fn::Sub" && inner.is_string()) return std::string(inner.get_string());
  auto const found = references_in(value);
  if (found.empty()) {
    // A pseudo parameter.
    return inner.is_string() ? fmt::format("${{{}}}", std::string_view(inner.get_string())) : "";
  }
  auto const& reference = found[0];
  return reference.attribute.empty() ? fmt::format("${{{}}}", reference.id)
                                     : fmt::format("${{{}.{}}}", reference.id, reference.attribute);
}

// "Dashboard body structure and syntax", CloudWatch API reference.
Array line(const Line& line, const Dimensions& dimensions) {
  Array row{line.space, line.metric};
  for (auto const& [name, value] : dimensions) {
    row.push_back(Value(name));
    row.push_back(Value(text_of(value)));
  }
  Object options{{"label", line.label}, {"stat", line.statistic}};
  if (!line.color.empty()) options["color"] = line.color;
  if (line.is_right) options["yAxis"] = "right";
  row.push_back(std::move(options));
  return row;
}

void Board::add(std::string_view type, int width, int height, Object properties) {
  if (x_ + width > kColumns) end_row();
  widgets_.push_back(Object{
      {"type", type},
      {"x", x_},
      {"y", y_},
      {"width", width},
      {"height", height},
      {"properties", std::move(properties)}
  });
  x_ += width;
  row_height_ = std::max(row_height_, height);
}

void Board::head(std::string_view text) {
  end_row();
  add("text", kColumns, 1, {{"markdown", fmt::format("## {}", text)}});
  end_row();
}

void Board::graph(std::string_view title, Array lines, int width) {
  add("metric",
      width,
      kHeight,
      {{"title", title},
       {"view", "timeSeries"},
       {"region", "${AWS::Region}"},
       {"period", 60},
       {"metrics", std::move(lines)}});
}

Value Board::body() && { return Object{{"widgets", std::move(widgets_)}}; }

void Board::end_row() {
  y_ += row_height_;
  x_ = 0;
  row_height_ = 0;
}

}  // namespace davit::infra
