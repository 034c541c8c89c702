// Screen: what a terminal shows of what was written to it, for tests of what is redrawn in place.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "app/terminal.h"

namespace davit::app {

// Knows what LiveBlock uses of ECMA-48, fails the test on anything else, and, as most terminals do,
// breaks lines anew when it becomes narrower. Wide characters take two places.
class Screen {
 public:
  Screen(std::size_t width, std::size_t height) : width_(width), height_(height) {}

  void write(std::string_view text) {
    while (!text.empty()) {
      if (text.front() == '\x1b') {
        obey(text);
      } else if (text.front() == '\n') {
        feed();
        text.remove_prefix(1);
      } else {
        auto const next = first_character(text);
        put(text.substr(0, next.bytes), next.columns);
        text.remove_prefix(next.bytes);
      }
    }
  }

  void resize(std::size_t width, std::size_t height) {
    std::vector<Line> lines;
    auto row = row_;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      auto rest = lines_[i];
      while (rest.size() > width) {
        lines.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(width));
        rest.erase(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(width));
      }
      if (i == row_) row = lines.size();
      lines.push_back(std::move(rest));
    }
    row_ = row_ < lines_.size() ? row : lines.size() + (row_ - lines_.size());
    lines_ = std::move(lines);
    width_ = width;
    height_ = height;
    column_ = 0;
    if (row_ + 1 > first_ + height_) first_ = row_ + 1 - height_;
  }

  // The rows, and the cursor as `_`, which has to be behind what was drawn.
  std::string text() const {
    std::string out;
    for (auto row = first_; row < std::max(lines_.size(), row_ + 1); ++row) {
      out += '|';
      if (row < lines_.size()) {
        for (auto const& cell : lines_[row]) out += cell;
      }
      if (row == row_) out += '_';
      out += '\n';
    }
    return out;
  }

 private:
  using Line = std::vector<std::string>;

  Line& line() {
    if (lines_.size() <= row_) lines_.resize(row_ + 1);
    return lines_[row_];
  }

  void feed() {
    line();
    ++row_;
    column_ = 0;
    if (row_ >= first_ + height_) first_ = row_ + 1 - height_;
  }

  void put(std::string_view character, std::size_t columns) {
    if (column_ + columns > width_) {
      if (!wraps_) return;
      feed();
    }
    auto& cells = line();
    if (cells.size() < column_ + columns) cells.resize(column_ + columns, " ");
    cells[column_] = character;
    for (std::size_t i = 1; i < columns; ++i) cells[column_ + i] = "";
    column_ += columns;
  }

  // ESC [ parameter letter.
  void obey(std::string_view& text) {
    auto const end = text.find_first_of("ABCDEFGHJKfhlm", 2);
    ASSERT_NE(end, text.npos) << text;
    auto const parameter = std::string(text.substr(2, end - 2));
    auto const what = text[end];
    text.remove_prefix(end + 1);
    if (what == 'm') return;
    if (what == 'F') {
      auto const up = static_cast<std::size_t>(std::max(1, std::atoi(parameter.c_str())));
      row_ = row_ < first_ + up ? first_ : row_ - up;
      column_ = 0;
    } else if (what == 'K') {
      if (line().size() > column_) line().resize(column_);
    } else if (what == 'J') {
      if (line().size() > column_) line().resize(column_);
      lines_.resize(row_ + 1);
    } else if (parameter == "?7") {
      wraps_ = what == 'h';
    } else {
      FAIL() << "unknown: ESC [ " << parameter << ' ' << what;
    }
  }

  std::size_t width_;
  std::size_t height_;
  std::vector<Line> lines_;  // those that have left the screen at its top, too
  std::size_t first_ = 0;    // of them on the screen
  std::size_t row_ = 0;
  std::size_t column_ = 0;
  bool wraps_ = true;
};

}  // namespace davit::app
