// ReplicaId: names one process of a deployment, so that what it holds can be found again: the home
// of a session, the maker of an event, a request or a task.
#pragma once

#include <string>
#include <string_view>

namespace davit::mcp {

struct ReplicaId {
  std::string address;   // of its listener for peers, "10.0.1.5:9100"; empty when it has none
  std::string instance;  // 6 characters; another one for every start of the process

  // "10.0.1.5:9100/q3xK0a", at most 64 bytes.
  std::string text() const { return address + '/' + instance; }
  static ReplicaId parse(std::string_view text) {
    auto const slash = text.rfind('/');
    if (slash == std::string_view::npos) return {};
    return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
  }
  bool operator==(const ReplicaId&) const = default;
};

}  // namespace davit::mcp
