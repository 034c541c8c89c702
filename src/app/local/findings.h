// Findings: what `davit doctor` says of one thing that it has looked at.
#pragma once

#include <string>
#include <utility>

namespace davit::app {

struct Finding {
  enum class Outcome { ok, failed, skipped };
  std::string name;
  Outcome outcome = Outcome::ok;
  std::string detail;
  std::string next;  // what to do about it
};

inline Finding ok(std::string detail) {
  return {.outcome = Finding::Outcome::ok, .detail = std::move(detail)};
}
inline Finding skipped(std::string detail) {
  return {.outcome = Finding::Outcome::skipped, .detail = std::move(detail)};
}
inline Finding failed(std::string detail, std::string next) {
  return {
      .outcome = Finding::Outcome::failed, .detail = std::move(detail), .next = std::move(next)
  };
}

// Of the store for sessions, as the manifest names it. Blocks, for six seconds at most.
Finding look_at_store(const std::string& store);

}  // namespace davit::app
