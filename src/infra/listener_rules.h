// Listener rules: conditions, actions and priorities that the rules of a balancer are made of.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "infra/paths.h"
#include "infra/value.h"
#include "manifest/manifest.h"

namespace davit::infra {

json::Object path_condition(const std::vector<std::string>& patterns);
json::Object exact_path_condition(std::string_view path);

// All requests to the first group, and none to the others until a release shifts them.
json::Object forward_to(const Values& groups);
// The same, once the caller's token is found good, where tokens are asked for.
json::Array forward_callers_to(const manifest::Manifest& manifest, const Values& groups);

// Rules match in the order of their priorities, of which a listener has each once.
class Priorities {
 public:
  static constexpr int kMetadata = 10;
  static constexpr int kOpenPages = 20;

  // Made of the name, not of its place in the manifest: CloudFormation changes rules before it
  // removes others, and ELB refuses to move a rule to the place of one that is still there.
  int of_short_calls(std::string_view unit, const Paths& paths);
  int of_container(std::string_view container, const Paths& paths);

 private:
  int free_one(std::string_view name, int first, int last);

  std::set<int> taken_;
};

}  // namespace davit::infra
