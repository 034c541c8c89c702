// Connector: what the tools of one vendor have in common, as data. docs/adding-a-connector.md shows
// how to write one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "connector/auth.h"
#include "connector/lookup.h"
#include "connector/tool.h"
#include "http/url.h"
#include "json/json.h"

namespace davit::connector {

struct Toolset {
  Str name;
  Str description;
  // What the credential needs, in the vendor's words: named in the manual and when the vendor says
  // no.
  Str read_scopes = {};
  Str write_scopes = {};
};

// Where a request goes.
struct Place {
  std::string url;              // without the query
  bool with_credential = true;  // false for another host than the configured one, always
};

struct Connector {
  Str name;              // "gitlab": the prefix of every tool
  Str title;             // "GitLab", in messages
  Str default_url = {};  // empty where every customer has another

  std::span<const AuthRule> auth;
  // Beside the credential, on every request.
  std::span<const std::pair<Str, Str>> headers = {};
  Str accept = "application/json";
  // Where a redirect of a download may lead, without the credential: host names divided by blanks.
  Str download_hosts = {};

  std::span<const Toolset> toolsets;
  // One table for each resource. Pointers, because a span that another file defines is constant but
  // no constant expression.
  std::span<const std::span<const Tool>* const> tables;
  // The prefixes of its tools, divided by blanks; empty means its name.
  Str prefixes = {};

  // Where the body of a failure has its text: the paths, divided by blanks. The first that has one
  // is shown; what has a '+' before it is added.
  Str error_paths = "message error";
  Str total_header = {};       // rows of the whole list
  Str request_id_header = {};  // what the vendor's support asks for
  // When a rate limit is over, where Retry-After is missing: Unix time in s, ms or us, or ISO 8601.
  Str reset_header = {};
  // A header of a 429, and the part of its value that says that a whole quota is used up.
  Str reason_header = {};
  Str quota_reason = {};
  // What one credential may send in a minute, as far as it is known; the setting
  // `max_requests_per_minute` is stronger. 0 is no bound.
  int requests_per_minute = 0;
  // Who else writes what the tools return: "GitLab users".
  Str foreign_authors;

  // Errors: invalid_input. For what of the settings cannot work, as a kind of token on the wrong
  // host. `auth` is the rule that was chosen.
  Result<> (*check_settings)(const http::Url& base, const AuthRule& auth) = nullptr;
  // The whole address of a row's path (Call), for a connector whose API has several; null puts it
  // behind the base URL. A host other than that of the base must be one that the vendor documents.
  Place (*place)(const http::Url& base, const AuthRule& auth, Str path) = nullptr;
  // Changes a write just before it is sent. Errors: as Invocation has them.
  Async<> (*decorate)(Invocation call, ApiRequest* request) = nullptr;
  // Turns what people paste, such as a web address or "!12", into the row's plain arguments. `base`
  // is the instance's. Errors: invalid_input.
  Result<> (*resolve)(const Tool& tool, const http::Url& base, json::Object& arguments) = nullptr;
  // What to do about a failure that only this vendor knows; empty takes the usual advice.
  std::string (*advice)(int status, const json::Value& body) = nullptr;
  // Text that people outside wrote and that is no text on the wire: a document tree, HTML. Nothing
  // leaves the value as it is.
  std::optional<std::string> (*rich_text)(const json::Value& value) = nullptr;
};

template <class Visit>
void for_each_tool(const Connector& connector, Visit visit) {
  for (auto const* table : connector.tables) {
    for (auto const& tool : *table) visit(tool);
  }
}

}  // namespace davit::connector
