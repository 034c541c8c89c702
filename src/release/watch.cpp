#include "release/watch.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace davit::release {
namespace {

// More different sentences than that are one sentence with a number in it.
constexpr std::size_t kMostGaps = 50;

// A task may miss one check for a moment.
constexpr int kUnhealthyLooks = 2;

constexpr std::string_view kSinceLast = "since the last look";
constexpr std::string_view kInAll = "since it has traffic";

}  // namespace

std::optional<std::string> Watch::judge(const Measured& look) {
  find_gaps(look);
  was_measured_ = was_measured_ || look.requests.has_value();
  Sums const last{
      look.requests.value_or(0),
      look.errors_5xx.value_or(0),
      look.rpc_errors.value_or(0),
      look.restarts.value_or(0),
  };
  all_.requests += last.requests;
  all_.errors_5xx += last.errors_5xx;
  all_.rpc_errors += last.rpc_errors;
  all_.restarts += last.restarts;

  if (all_.restarts > limits_.restarts) {
    return fmt::format(
        "{} restart{} of its tasks {}, {} allowed",
        all_.restarts,
        all_.restarts == 1 ? "" : "s",
        kInAll,
        limits_.restarts
    );
  }
  if (look.unhealthy) unhealthy_looks_ = *look.unhealthy > 0 ? unhealthy_looks_ + 1 : 0;
  if (look.unhealthy && unhealthy_looks_ >= kUnhealthyLooks) {
    return fmt::format(
        "{} of its tasks {} not healthy", *look.unhealthy, *look.unhealthy == 1 ? "is" : "are"
    );
  }
  for (auto const& [sums, when] : {std::pair(last, kSinceLast), std::pair(all_, kInAll)}) {
    if (auto bad = judge_5xx(sums, when)) return bad;
    if (auto bad = judge_rpc(sums, when)) return bad;
  }
  if (look.p99 && last.requests >= limits_.least_requests && *look.p99 > limits_.p99) {
    return fmt::format(
        "1 of 100 of {} requests took longer than {} ms {}, {} ms allowed",
        last.requests,
        look.p99->count(),
        kSinceLast,
        limits_.p99.count()
    );
  }
  return std::nullopt;
}

std::optional<std::string> Watch::judge_5xx(const Sums& sums, std::string_view when) const {
  auto const counts = sums.requests >= limits_.least_requests;
  auto const share = counts ? limits_.errors_share * static_cast<double>(sums.requests) : 0;
  auto const allowed = limits_.errors_5xx + static_cast<std::int64_t>(share);
  if (sums.errors_5xx <= allowed) return std::nullopt;
  return fmt::format(
      "{} of {} requests were answered with 5xx {}, {} allowed",
      sums.errors_5xx,
      sums.requests,
      when,
      allowed
  );
}

std::optional<std::string> Watch::judge_rpc(const Sums& sums, std::string_view when) const {
  if (sums.requests < limits_.least_requests) return std::nullopt;
  auto const allowed =
      static_cast<std::int64_t>(limits_.rpc_errors_share * static_cast<double>(sums.requests));
  if (sums.rpc_errors <= allowed) return std::nullopt;
  return fmt::format(
      "{} JSON-RPC errors in {} requests {}, {} allowed",
      sums.rpc_errors,
      sums.requests,
      when,
      allowed
  );
}

void Watch::find_gaps(const Measured& look) {
  for (auto const& gap : look.not_measured) add_gap(gap);
  struct Figure {
    std::string_view name;
    bool is_there;
  };
  // Of no requests there are no times.
  std::array const figures{
      Figure{"requests", look.requests.has_value()},
      Figure{"errors_5xx", look.errors_5xx.has_value()},
      Figure{"p99", look.p99.has_value() || look.requests.value_or(0) == 0},
      Figure{"restarts", look.restarts.has_value()},
      Figure{"unhealthy", look.unhealthy.has_value()},
      Figure{"rpc_errors", look.rpc_errors.has_value()},
  };
  for (auto const& figure : figures) {
    auto const is_explained = std::ranges::any_of(known_gaps_, [&figure](const auto& gap) {
      return gap.starts_with(figure.name);
    });
    if (!figure.is_there && !is_explained) add_gap(std::string(figure.name));
  }
}

void Watch::miss(const std::string& why) { add_gap("anything: " + why); }

void Watch::add_gap(const std::string& gap) {
  if (known_gaps_.size() >= kMostGaps || !known_gaps_.insert(gap).second) return;
  new_gaps_.push_back("not measured: " + gap);
}

std::vector<std::string> Watch::take_gaps() { return std::exchange(new_gaps_, {}); }

}  // namespace davit::release
