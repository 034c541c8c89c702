// Board: the widgets of a CloudWatch dashboard, and where they stand.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/value.h"

namespace davit::infra {

// A value as a text for Fn::Sub.
std::string text_of(const Value& value);

using Dimensions = std::vector<std::pair<std::string_view, Value>>;

// One line of a graph.
struct Line {
  std::string_view space;
  std::string_view metric;
  std::string label;
  std::string_view statistic = "Sum";
  std::string_view color = {};
  bool is_right = false;  // of the axis on the right
};
json::Array line(const Line& line, const Dimensions& dimensions);

// Puts widgets side by side, and below when there is no more room.
class Board {
 public:
  static constexpr int kColumns = 24;
  static constexpr int kHeight = 6;  // of a graph

  void add(std::string_view type, int width, int height, json::Object properties);
  void head(std::string_view text);
  void graph(std::string_view title, json::Array lines, int width = 6);
  Value body() &&;

 private:
  void end_row();

  json::Array widgets_;
  int x_ = 0;
  int y_ = 0;
  int row_height_ = 0;
};

}  // namespace davit::infra
