// Connector: what the tools of one vendor have in common, as data. docs/adding-a-connector.md shows
// how to write one.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "connector/tool.h"
#include "http/url.h"
#include "json/json.h"

namespace davit::connector {

// How the credential travels.
enum class Auth {
  none,
  header,  // alone in the header `auth_header`
  bearer,  // Authorization: Bearer ...
  basic,   // Authorization: Basic base64(user:credential)
};

struct Toolset {
  Str name;
  Str description;
};

struct Connector {
  Str name;   // "gitlab": the prefix of every tool
  Str title;  // "GitLab", in messages
  Str default_url;

  Auth auth = Auth::bearer;
  Str auth_header = {};

  std::span<const Toolset> toolsets;
  // One table for each resource. Pointers, because a span that another file defines is constant but
  // no constant expression.
  std::span<const std::span<const Tool>* const> tables;

  // Where the body of a failure has its text: the paths, divided by blanks, in order of preference.
  Str error_paths = "message error";
  Str total_header = {};       // rows of the whole list
  Str request_id_header = {};  // what the vendor's support asks for
  Str reset_header = {};  // Unix seconds when a rate limit is over, where Retry-After is missing
  // Who else writes what the tools return: "GitLab users".
  Str foreign_authors;

  // Turns what people paste, such as a web address or "!12", into the row's plain arguments. `base`
  // is the instance's. Errors: invalid_input.
  Result<> (*resolve)(const Tool& tool, const http::Url& base, json::Object& arguments) = nullptr;
  // What to do about a failure that only this vendor knows; empty takes the usual advice.
  Str (*advice)(int status, const json::Value& body) = nullptr;
};

template <class Visit>
void for_each_tool(const Connector& connector, Visit visit) {
  for (auto const* table : connector.tables) {
    for (auto const& tool : *table) visit(tool);
  }
}

}  // namespace davit::connector
