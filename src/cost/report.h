// Reports of estimates: for people, and as JSON.
#pragma once

#include <string>
#include <vector>

#include "cost/estimate.h"
#include "json/json.h"

namespace davit::cost {

std::string to_text(const Estimate& estimate);
json::Value to_json(const Estimate& estimate);

// What two versions of a deployment cost, line by line.
struct LineChange {
  std::string what;
  Dollars before_low;  // nothing when the line is new
  Dollars before_high;
  Dollars after_low;  // or gone
  Dollars after_high;
};

struct Comparison {
  bool had_before = false;  // there was a version before
  Dollars before_low;
  Dollars before_high;
  Dollars after_low;
  Dollars after_high;
  std::vector<LineChange> changes;  // of lines whose amount differs
};

// `before` are templates of CloudFormation, as they were applied or rendered; none: there was
// nothing.
Comparison compare(
    const manifest::Manifest& manifest,
    const std::vector<json::Value>& before,
    const std::vector<infra::Stack>& after
);
std::string to_text(const Comparison& comparison);
json::Value to_json(const Comparison& comparison);

}  // namespace davit::cost
