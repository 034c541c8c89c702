// Tool: a tool of a REST API as a row of data. The engine makes everything else of it: the schema,
// the annotations, the check of arguments, the request, the paging, the shaped answer, the manual.
//
// A row needs code only where it decides something: `check`, `finish` and `run`, in that order of
// preference. `static_assert(checked(kTools))` below each table proves its rows in the compiler.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "async/async.h"
#include "connector/keep.h"
#include "connector/paging.h"
#include "connector/request.h"
#include "http/message.h"
#include "json/json.h"

namespace davit::connector {

class Invocation;
struct Lookup;

// What running the tool does to the world outside. Decides the annotations and who may run it.
enum class Effect {
  read,
  write,    // adds or changes something that can be changed back
  destroy,  // merges, deletes, overwrites: cannot be taken back
};

enum class Kind {
  string,
  integer,
  boolean,
  number,
  timestamp,    // ISO 8601, epoch ms, or from now: "7d" (ago), "now-2h", "now+7d"; out as RFC 3339
  string_list,  // goes out as an array, or as one pair for each element
  joined_list,  // goes out as one text with commas
  object,       // as `schema` says; without one, any members
  object_list,  // each as `schema` says
};

// Where an argument goes. `none` is for the code of the row.
enum class In { query, path, body, none };

// Who gets the tool without asking for it.
enum class Offer {
  by_default,
  by_toolset,  // only where the operator names its toolset, or the tool
  by_name,     // only where the operator names the tool
};

struct Param {
  Str name;
  Str description = {};  // empty only where the name says it all
  In in = In::query;
  Kind kind = Kind::string;
  bool required = false;
  Str choices = {};  // "opened|closed"; empty takes any text
  Str fallback = {
  };  // sent when the argument is left out, and shown as its default; "a|b" in lists
  // Integers and numbers are moved into this range, never refused. Of lists, `max` is the number of
  // elements.
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  // Names of arguments, divided by blanks: refused unless they are there, too; with '!' before a
  // name, unless that is not. For what an alternative of the path would silently ignore.
  Str needs = {};
  // Its name in the remote API, when that is another. In a body a dot goes into an object, a number
  // into an array: "incident.service".
  Str wire = {};
  // In a body the value goes out as {"id": value, "type": reference}.
  Str reference = {};
  // Each value is a name and is replaced by its id (lookup.h).
  const Lookup* lookup = nullptr;
  // Of `object` and of each in an `object_list`: JSON Schema as text.
  Str schema = {};
};

// Paths hold `{name}` for an argument and, in parts, `{.path}` for a field of the first answer;
// each becomes exactly one percent-encoded segment.
//
// A connector whose API has several addresses puts a name and a colon before a path,
// "v2:/problems", which its function `place` knows.
struct Call {
  http::Method method = http::Method::get;
  // Alternatives divided by '|': the first whose arguments are all given is taken. Pairs behind a
  // '?' are sent unless an argument sends the same name.
  Str path = {};
  // What a body has whatever the arguments are, as JSON: {"incident":{"type":"incident"}}.
  Str body = {};
};

// A further GET whose answer is put into the first one's under `name`. When it fails, the rest of
// the answer stands, and says so.
struct Part {
  Str name;
  Str path;
  Keep keep = {};
  Str root = {};  // where in the answer; empty takes it whole
};

inline constexpr std::size_t kMaxParams = 18;
inline constexpr std::size_t kMaxParts = 5;

struct Tool {
  Str name;
  Str title;
  Str description;
  Str toolset;
  Effect effect = Effect::read;
  // Writes only: doing it twice leaves the same as once, so a request that broke is sent again.
  bool idempotent = false;
  Offer offer = Offer::by_default;
  Call call = {};
  Param params[kMaxParams] = {};  // those without a name are unused
  Paging paging = {};
  Str root = {};   // where the answer has its rows, or its object: "issues"; empty takes it whole
  Keep keep = {};  // of the answer, or of each item of a list; empty keeps everything
  // Fetched when the row has no list parameter "include", or when that names them.
  Part parts[kMaxParts] = {};
  int timeout_s = 0;             // at least this long, at most 90; 0 takes the instance's
  std::size_t result_bytes = 0;  // the answer is cut to this; 0 takes the instance's bound
  Str foreign = {};              // fields with foreign text that code makes: "log jobs.excerpt"
  Str scopes = {};  // what the credential needs, when that is not what its toolset says
  Str source;       // page of the remote API's manual that the row was written from

  // Refuses arguments, after defaults and web addresses have been filled in.
  Result<> (*check)(const json::Object& arguments) = nullptr;
  // Makes the request in place of the engine, which still pages, keeps and cuts. Not asked again
  // for a further page.
  Async<ApiRequest> (*make)(Invocation call) = nullptr;
  // Rearranges the reduced answer before it is cut to size; a list's rows are under "items", and
  // whatever else is put beside them stays.
  void (*finish)(const json::Object& arguments, json::Object& answer) = nullptr;
  // Makes the answer in place of the engine: for several calls, streams and decisions.
  Async<json::Value> (*run)(Invocation call) = nullptr;
};

constexpr const Param* find_param(const Tool& tool, Str name) {
  for (auto const& param : tool.params) {
    if (!param.name.empty() && param.name == name) return &param;
  }
  return nullptr;
}

// Calls `visit` with the text between each pair of braces.
template <class Visit>
constexpr void for_each_placeholder(Str path, Visit visit) {
  for (auto at = path.find('{'); at != Str::npos; at = path.find('{', at + 1)) {
    auto const end = path.find('}', at);
    if (end == Str::npos) throw "a '{' is not closed in a path";
    visit(path.substr(at + 1, end - at - 1));
  }
}

constexpr bool has_choice(Str choices, Str value) {
  for (;;) {
    auto const bar = choices.find('|');
    if (choices.substr(0, bar) == value) return true;
    if (bar == Str::npos) return false;
    choices.remove_prefix(bar + 1);
  }
}

namespace rules {

constexpr void check_param(const Tool& tool, const Param& param) {
  if (param.in == In::body && tool.call.method == http::Method::get) throw "a GET has no body";
  if (param.required && !param.fallback.empty()) throw "a required parameter has no fallback";
  if (!param.choices.empty() && !param.fallback.empty() && param.kind == Kind::string &&
      !has_choice(param.choices, param.fallback)) {
    throw "the fallback must be one of the choices";
  }
  if (param.min > param.max) throw "min is above max";
  if (!param.needs.empty() && !param.fallback.empty()) throw "needs and a fallback contradict";
  for (auto rest = param.needs; !rest.empty();) {
    auto const word = rest.substr(0, rest.find(' '));
    if (find_param(tool, word.substr(word.starts_with('!') ? 1 : 0)) == nullptr) {
      throw "needs names no parameter";
    }
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
  }
  if (param.kind != Kind::string_list && param.wire.ends_with("[]")) throw "only lists repeat";
  if (!param.reference.empty() && param.in != In::body) throw "only bodies have references";
  auto const is_object = param.kind == Kind::object || param.kind == Kind::object_list;
  if (!param.schema.empty() && !is_object) throw "only objects have a schema";
  if (is_object && param.in == In::query) throw "an object does not fit into a query";
}

constexpr void check_paths(const Tool& tool) {
  for_each_placeholder(tool.call.path, [&](Str key) {
    auto const* param = find_param(tool, key);
    if (param == nullptr || param->in != In::path) {
      throw "every {placeholder} of a path must be a path parameter";
    }
  });
  for (auto const& part : tool.parts) {
    for_each_placeholder(part.path, [&](Str key) {
      if (!key.starts_with('.') && find_param(tool, key) == nullptr) {
        throw "every {placeholder} of a part must be a parameter, or a field as {.field}";
      }
    });
  }
}

}  // namespace rules

// Checks a table while it is compiled. A broken row stops the build at the `throw` with the rule.
consteval bool checked(std::span<const Tool> tools) {
  for (auto const& tool : tools) {
    if (tool.name.empty() || tool.title.empty()) throw "a tool needs a name and a title";
    if (!tool.description.ends_with('.')) throw "a description is a sentence with a full stop";
    if (tool.toolset.empty()) throw "a tool belongs to a toolset";
    if (!tool.source.starts_with("https://")) throw "a tool needs the page it was written from";
    if (tool.call.path.empty() && tool.run == nullptr && tool.make == nullptr) {
      throw "a tool needs a path or a function";
    }
    if (tool.result_bytes != 0 && tool.result_bytes < 4096) throw "an answer may have 4 KB";
    if (tool.timeout_s < 0 || tool.timeout_s > 90) throw "a call takes at most 90 seconds";
    if (tool.paging &&
        (find_param(tool, "cursor") == nullptr || find_param(tool, "limit") == nullptr)) {
      throw "a list has the parameters limit and cursor";
    }
    for (auto const& param : tool.params) rules::check_param(tool, param);
    rules::check_paths(tool);
  }
  return true;
}

}  // namespace davit::connector
