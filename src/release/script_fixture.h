// What a case of the driver says of calls.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace davit::release {

// What a script says of a call: "start green-2 2: fail the port is taken" is its second call;
// without a number it is every one. fail WHY, hang, lie (says that it is so), takes MS.
class Script {
 public:
  void add(std::string_view line) {
    auto const colon = line.find(": ");
    ASSERT_NE(colon, std::string_view::npos) << line;
    lines_[std::string(line.substr(0, colon))] = std::string(line.substr(colon + 2));
  }
  // Empty when it says nothing.
  std::string next(const std::string& call) {
    auto const number = ++calls_[call];
    if (auto const one = lines_.find(fmt::format("{} {}", call, number)); one != lines_.end())
      return one->second;
    auto const every = lines_.find(call);
    return every == lines_.end() ? "" : every->second;
  }

 private:
  std::map<std::string, std::string, std::less<>> lines_;
  std::map<std::string, int> calls_;
};

// Of "takes 250".
inline std::optional<std::chrono::milliseconds> time_of(std::string_view says) {
  if (!says.starts_with("takes ")) return std::nullopt;
  return std::chrono::milliseconds(std::stoi(std::string(says.substr(6))));
}

}  // namespace davit::release
