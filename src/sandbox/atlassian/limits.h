// How fast a client may be. developer.atlassian.com/cloud/jira/platform/rate-limiting
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "http/message.h"
#include "sandbox/time_text.h"

namespace davit::sandbox::atlassian {

class Limits {
 public:
  explicit Limits(int per_minute) : per_minute_(per_minute) {}

  struct Refusal {
    std::string reason;  // of the header RateLimit-Reason
    std::chrono::seconds wait;
  };
  std::optional<Refusal> count(const http::Request& request, Time now);

  void add_headers(http::Response& response) const;
  void reset();

 private:
  std::optional<Refusal> count_write(const std::string& issue, Time now);

  int per_minute_;
  Time window_{};
  int in_window_ = 0;
  std::map<std::string, std::deque<Time>> writes_;  // by issue
};

// The answer to a request too many. Gateways leave Retry-After out; X-RateLimit-Reset is there, to
// the minute.
http::Response too_many(const std::string& reason, const std::string& retry_after, Time reset);

}  // namespace davit::sandbox::atlassian
