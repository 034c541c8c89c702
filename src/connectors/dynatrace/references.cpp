#include "connectors/dynatrace/references.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"

namespace davit::connectors::dynatrace {
namespace {

using connector::Str;

bool is_plain(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

Error refuse(std::string why) { return Error(ErrorKind::invalid_input, std::move(why)); }

// Classic pages say "#problems/problemdetails;gf=all;pid=-704...V2", behind a '#'; those of the
// platform ".../ui/apps/dynatrace.davis.problems/problem/-704...V2".
std::string_view id_in_address(std::string_view text) {
  for (std::string_view const mark : {"pid=", "/problem/"}) {
    auto const at = text.find(mark);
    if (at == text.npos) continue;
    text.remove_prefix(at + mark.size());
    return text.substr(0, text.find_first_of(";?&#/"));
  }
  return {};
}

Result<std::string> problem_of(std::string_view text, const http::Url& base) {
  if (text.find("://") == text.npos) return std::string(text);
  auto const parsed = http::parse_url(text);
  if (!parsed) return refuse("problem is no web address that can be used");
  if (parsed->host != base.host) {
    return refuse(fmt::format(
        "problem is an address at {}, and this server works with {}", parsed->host, base.host
    ));
  }
  auto const id = http::percent_decode(id_in_address(text)).value_or("");
  if (id.empty()) return refuse("problem is the web address of something else");
  return id;
}

}  // namespace

Result<> resolve_references(
    const connector::Tool& tool, const http::Url& base, json::Object& arguments
) {
  if (find_param(tool, "problem") == nullptr) return {};
  auto const text = std::string(trim(connector::text_of(arguments, "problem")));
  DAVIT_TRY(auto problem, problem_of(text, base));
  if (!is_plain(problem)) {
    return refuse("problem must be a number such as P-2403127, its id or its web address");
  }
  if (problem.starts_with("p-")) problem[0] = 'P';
  arguments["problem"] = problem;
  return {};
}

}  // namespace davit::connectors::dynatrace
