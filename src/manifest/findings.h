// Findings: what the checks of a manifest have against it. For the checks only.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/reader.h"
#include "manifest/manifest.h"

namespace davit::manifest {

class Findings {
 public:
  explicit Findings(const Manifest& manifest) : manifest_(manifest) {}

  // `key` is the full key of what should be changed, written or not. The place is that of the key,
  // or of what stands around it.
  void add(std::string key, std::string message);
  // `key` is one of the server's own; empty: the server as a whole.
  void add(const Server& server, std::string_view key, std::string message);

  // Whether the file says it, so that it is no default.
  bool is_written(std::string_view key) const { return manifest_.origins.contains(key); }
  bool is_written(const Server& server, std::string_view key) const;

  std::vector<config::Problem> take() { return std::move(problems_); }

 private:
  const Manifest& manifest_;
  std::vector<config::Problem> problems_;
};

struct Check {
  // The sections that it looks at, "network service". When one of them could not be read, it does
  // not run: it would speak of defaults. `servers` are all of them together; `server` is each by
  // itself, so that only the broken ones are left out.
  std::string_view reads;
  void (*run)(const Manifest& manifest, Findings& findings) = nullptr;
};

std::span<const Check> server_checks();
std::span<const Check> task_checks();
std::span<const Check> scaling_checks();
std::span<const Check> network_checks();
std::span<const Check> caller_checks();
std::span<const Check> secret_checks();
std::span<const Check> time_checks();
std::span<const Check> lambda_checks();
std::span<const Check> local_checks();
std::span<const Check> edge_checks();
std::span<const Check> operation_checks();

inline bool on_aws(const Manifest& manifest) { return manifest.on_ecs() || manifest.on_lambda(); }

// Whether each server has tasks or functions of its own.
bool is_each_alone(const Manifest& manifest);

// What an ARN says: "arn:aws:acm:us-east-1:123456789012:certificate/x". Empty when it is none.
struct Arn {
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view resource;
};
Arn parse_arn(std::string_view text);

// A reference to a secret, and who has it.
struct Reference {
  std::string key;
  const Server* server = nullptr;  // null: the deployment's own
  std::string_view text;
};
// They live as long as the manifest.
std::vector<Reference> references_of(const Manifest& manifest);

}  // namespace davit::manifest
