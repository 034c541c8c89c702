// A view, or several, as the text of a case file: a name and its words on each line.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/local/picture.h"
#include "base/strings.h"

namespace davit::app {

// "2026-11-22 01:22:33" would do as well: only differences are shown.
constexpr rollout::Time kBegan{std::chrono::seconds(1'800'000'000)};

inline int number(std::string_view text) {
  return text.empty() ? 0 : std::atoi(std::string(text).c_str());
}

// "davitd-1 green healthy 128 2" is a task: id, release, state, weight, restarts, the word
// of its last exit or -, calls.
inline local::TaskStatus read_task(const std::vector<std::string_view>& words) {
  local::TaskStatus task;
  task.record.id = words.at(0);
  task.record.release = words.at(1);
  auto const end = words.at(0).rfind('-') + 1;
  task.record.service = words.at(0).substr(0, end - 1);
  task.record.ports.port = static_cast<std::uint16_t>(40'000 + number(words.at(0).substr(end)));
  task.state = words.at(2);
  task.weight = number(words.at(3));
  if (words.size() > 4) task.restarts = number(words[4]);
  if (words.size() > 5 && words[5] != "-") task.last_exit = std::string(words[5]) + " 2";
  if (words.size() > 6) task.requests_running = number(words[6]);
  return task;
}

// "\e", "\t", "\r" and "\n" are what a terminal would act on.
inline std::string unescape(std::string text) {
  constexpr std::pair<std::string_view, char> kNames[] = {
      {"\\e", '\x1b'}, {"\\t", '\t'}, {"\\r", '\r'}, {"\\n", '\n'}
  };
  for (auto const& [name, character] : kNames) {
    for (auto at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
      text.replace(at, name.size(), 1, character);
    }
  }
  return text;
}

// One line of a case: a name and its words.
inline void read_line(View& view, std::string_view line) {
  auto const words = split(line, ' ');
  auto const rest = std::string(line.substr(std::min(line.size(), words[0].size() + 1)));
  if (words[0] == "task") {
    view.status.tasks.push_back(read_task({words.begin() + 1, words.end()}));
    view.ages[view.status.tasks.back().record.id] =
        std::chrono::seconds(view.status.tasks.size() * 4000);
  } else if (words[0] == "serving") {
    view.status.serving = rest;
    view.status.port = 8080;
    view.status.balancer_pid = 4711;
  } else if (words[0] == "unwatched") {
    view.is_running = false;
    view.status.balancer_pid = 0;
    view.status.port = 0;
  } else if (words[0] == "trouble") {
    view.status.balancer_trouble = rest;
  } else if (words[0] == "note") {
    view.note = rest;
  } else if (words[0] == "elapsed") {
    view.now = kBegan + std::chrono::milliseconds(number(rest));
  } else {
    if (!view.state) view.state.emplace();
    auto& state = *view.state;
    if (words[0] == "release") state.plan.release = rest;
    if (words[0] == "previous") state.plan.previous = rest;
    if (words[0] == "steps") state.plan.steps.resize(static_cast<std::size_t>(number(rest)));
    if (words[0] == "stage") state.stage = *rollout::parse_stage(rest);
    if (words[0] == "step") state.step = static_cast<std::size_t>(number(rest));
    if (words[0] == "weight") state.weight = number(rest);
    if (words[0] == "shifts") state.under_way = {1, rollout::Act::shift, "", number(rest)};
    if (words[0] == "left") state.deadline = view.now + std::chrono::milliseconds(number(rest));
    if (words[0] == "reason") state.reason = unescape(rest);
    if (words[0] == "remark") state.remarks.push_back(unescape(rest));
  }
}

inline View read_view(std::string_view text) {
  View view;
  view.began = view.now = kBegan;
  view.actor = "ada@build-7";
  view.command = "davit deploy --strategy canary";
  for (auto const line : split(text, '\n')) {
    if (!line.empty()) read_line(view, line);
  }
  return view;
}

// "60" is a width, "rows 9" a height, "coloured" is that.
inline Look read_look(const std::string& text) {
  Look look;
  for (auto const line : split(text, '\n')) {
    if (line == "coloured") look.is_coloured = true;
    if (line.starts_with("rows ")) look.height = static_cast<std::size_t>(number(line.substr(5)));
    if (auto const width = number(line); width > 0) look.width = static_cast<std::size_t>(width);
  }
  return look;
}

// Escapes are written out, so that they can be read and reviewed.
inline std::string visible(std::string text) {
  for (std::size_t at = 0; (at = text.find('\x1b', at)) != std::string::npos;) {
    text.replace(at, 1, "\\e");
  }
  return text;
}

}  // namespace davit::app
