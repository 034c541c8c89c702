// Call: one API request with everything a resource needs to answer it; and the table of routes.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/gitlab/answers.h"
#include "sandbox/gitlab/params.h"
#include "sandbox/gitlab/store.h"

namespace davit::sandbox::gitlab {

class Call {
 public:
  Call(Store& s, const http::Request& r) : store(s), request(r) {}

  Store& store;
  const http::Request& request;
  const User* user = nullptr;    // null for an anonymous caller
  const Token* token = nullptr;  // null for an anonymous caller
  Time now;
  std::string base_url;
  std::vector<std::pair<std::string_view, std::string>> args;  // of the path, decoded once
  json::Object params;                                         // declared ones (params.h)

  // Of the path.
  std::string_view arg(std::string_view name) const;
  Id id_arg(std::string_view name) const;

  // Of query or body; nothing when it was not given, or is null.
  std::optional<std::string_view> text(std::string_view name) const;
  std::optional<Id> integer(std::string_view name) const;
  std::optional<Time> time(std::string_view name) const;
  bool flag(std::string_view name, bool fallback = false) const;
  std::vector<std::string> list(std::string_view name) const;
  std::vector<Id> integers(std::string_view name) const;
  // True even for a null.
  bool has(std::string_view name) const { return params.contains(name); }

  Id user_id() const { return user == nullptr ? 0 : user->id; }

  // The project or group of the path's `id`, by number or full path. Refuses with 404 when the
  // caller cannot see it and with 403 when the role is too small.
  Or<Project*> project(Role at_least = Role::none);
  Or<const Group*> group();

  // By number or full path; null when the caller cannot see it.
  Project* project_named(std::string_view which);

  bool can_see(const Project& project) const;
  Role role_in(const Project& project) const;
};

using Handler = http::Response (*)(Call& call);

enum class Who { anyone, signed_in };

struct Route {
  http::Method method;
  // ":name" is a text, "#name" an integer, "*name" all that is left; under the table's base
  std::string_view pattern;
  Handler run;
  std::span<const Param> params = {};
  std::span<const Param> more_params = {};
  Who who = Who::anyone;  // every method but GET needs a user anyway
};

struct Match {
  const Route* route = nullptr;
  std::vector<std::pair<std::string_view, std::string>> args;
  std::string allowed;  // the methods of this path
};

// Looks up the path behind /api/v4, still encoded.
Match find_route(http::Method method, std::string_view path);

}  // namespace davit::sandbox::gitlab
