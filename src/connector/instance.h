// Instance: a connector at one address with one credential, and what its users may do there.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "connector/answer_cache.h"
#include "connector/connector.h"
#include "connector/upstream.h"
#include "mcp/tool.h"

namespace davit::connector {

// Rising: each level has the rights of those before it.
enum class Access {
  read_only,   // Effect::read
  read_write,  // and Effect::write: creating, changing, commenting
  full,        // and Effect::destroy: what cannot be taken back, such as a merge
};

// "read-only", "read-write", "full", as in a configuration. Errors: invalid_input.
Result<Access> parse_access(std::string_view text);
std::string_view to_string(Access access);
bool allows(Access access, Effect effect);

struct Settings {
  std::string server;    // its name in logs, counters and paths; empty takes the connector's
  std::string base_url;  // empty takes the connector's default
  std::string user;      // where the connector authenticates with a name and a credential
  std::string auth;      // the name of one of the connector's AuthRules; empty takes what fits
  Secret credential;
  Access access = Access::read_only;
  std::vector<std::string> toolsets;  // empty takes what is offered by default
  // Names of tools: only these are offered, also those that are not offered by default.
  std::vector<std::string> allow;
  std::vector<std::string> deny;  // wins over `allow`
  std::size_t concurrent_requests = 6;
  int requests_per_minute = 0;           // of the credential; 0 takes the connector's
  std::size_t result_bytes = 48 * 1024;  // of one answer, at least 4 KB; a row may say less
  // Of one call. A tool that reads logs or diffs may take longer, as its row says.
  std::chrono::milliseconds timeout{25'000};
};

class Instance {
 public:
  // The connector must outlive the instance, and the instance its tools. Errors: invalid_input (the
  // URL; a toolset or a tool that does not exist; a credential of the wrong kind).
  static Result<std::unique_ptr<Instance>> make(
      const Connector& connector, Settings settings, Collaborators collaborators
  );

  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const Connector& connector() const { return connector_; }
  const Settings& settings() const { return settings_; }
  const Collaborators& collaborators() const { return collaborators_; }
  Upstream& upstream() const { return *upstream_; }

  // Whether the tool is among the toolsets and lists of the settings.
  bool offers(const Tool& tool) const;

  // Answers to GETs that will do for a while, by path.
  AnswerCache& cache() const { return *cache_; }

 private:
  Instance(
      const Connector& connector,
      Settings settings,
      Collaborators collaborators,
      http::Url base,
      const AuthRule* auth
  );

  const Connector& connector_;
  Settings settings_;
  Collaborators collaborators_;
  std::unique_ptr<Upstream> upstream_;
  std::unique_ptr<AnswerCache> cache_;
};

// The tools that the settings offer and allow, in the order of the tables. What is not allowed is
// not listed, and a handler asks once more when it is called.
std::vector<mcp::Tool> make_tools(Instance& instance);

// One tool, listed or not; what the settings do not allow answers with that.
mcp::Tool make_tool(Instance& instance, const Tool& tool);

}  // namespace davit::connector
