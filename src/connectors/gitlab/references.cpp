#include "connectors/gitlab/references.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/strings.h"
#include "connector/arguments.h"

namespace davit::connectors::gitlab {
namespace {

using connector::Str;

// An argument that numbers something inside a project.
struct Numbered {
  Str name;
  char sigil;      // "!12"; also between project and number
  Str web_folder;  // behind "/-/" in a web address
};

// https://docs.gitlab.com/user/markdown/#gitlab-specific-references
constexpr Numbered kNumbered[] = {
    {"mr", '!', "merge_requests"},
    {"issue", '#', "issues"},
    {"issue", '#', "work_items"},
    {"pipeline", '#', "pipelines"},
    {"job", '#', "jobs"},
};

constexpr Str kApiFolder = "/api/v4";

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 19 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// What a full path may consist of: https://docs.gitlab.com/user/reserved_names/
bool is_path(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '-' || c == '.' || c == '/' || c >= 0x80;
  });
}

bool is_address(std::string_view text) { return text.find("://") != std::string_view::npos; }

std::string_view without_slashes(std::string_view text) {
  while (text.starts_with('/')) text.remove_prefix(1);
  while (text.ends_with('/')) text.remove_suffix(1);
  return text;
}

Error refuse(Str name, std::string_view why) {
  return Error(ErrorKind::invalid_input, fmt::format("{} {}", name, why));
}

// "group/project" and "merge_requests/12/diffs" of ".../group/project/-/merge_requests/12/diffs".
struct WebPath {
  std::string project;
  std::string inside;
};

Result<WebPath> parse_address(Str name, std::string_view text, const http::Url& base) {
  auto const parsed = http::parse_url(text);
  // Its own message repeats the text, which may hold a password.
  if (!parsed) return refuse(name, "is no web address that can be used");
  auto const& url = *parsed;
  std::string_view root = base.path;
  if (root.ends_with(kApiFolder)) root.remove_suffix(kApiFolder.size());
  std::string_view path = url.path;
  auto const is_below =
      path.starts_with(root) && (path.size() == root.size() || path[root.size()] == '/');
  if (!url.same_origin(base) || !is_below) {
    return refuse(
        name,
        fmt::format(
            "is an address at {}, and this server works with {}", url.origin(), base.origin()
        )
    );
  }
  path.remove_prefix(root.size());
  auto const dash = path.find("/-/");
  auto const inside = dash == path.npos ? std::string_view() : path.substr(dash + 3);
  return WebPath{
      .project = std::string(without_slashes(path.substr(0, dash))),
      .inside = std::string(inside),
  };
}

// "12" of "merge_requests/12/diffs" for the argument "mr".
std::optional<std::string> number_inside(Str name, std::string_view inside) {
  auto const pieces = split(inside, '/');
  for (auto const& entry : kNumbered) {
    if (entry.name == name && pieces[0] == entry.web_folder && pieces.size() > 1) {
      return std::string(pieces[1]);
    }
  }
  return std::nullopt;
}

Result<> resolve_number(const Numbered& entry, const http::Url& base, json::Object& arguments) {
  std::string const text(trim(connector::text_of(arguments, entry.name)));
  if (text.empty()) return {};
  std::string number = text;
  if (is_address(text)) {
    DAVIT_TRY(auto const web, parse_address(entry.name, text, base));
    auto const found = number_inside(entry.name, web.inside);
    if (!found) return refuse(entry.name, "is the web address of something else");
    number = *found;
    arguments["project"] = web.project;
  } else if (auto const sigil = text.rfind(entry.sigil); sigil != std::string::npos) {
    number = text.substr(sigil + 1);
    if (sigil > 0) arguments["project"] = text.substr(0, sigil);
  }
  if (!is_number(number)) {
    return refuse(entry.name, "must be a number, such as 12, or its web address");
  }
  arguments[entry.name] = number;
  return {};
}

Result<> resolve_path(Str name, const http::Url& base, json::Object& arguments) {
  std::string path(trim(connector::text_of(arguments, name)));
  if (path.empty()) return {};
  if (is_address(path)) {
    DAVIT_TRY(auto const web, parse_address(name, path, base));
    path = web.project;
    if (path.starts_with("groups/")) path.erase(0, 7);
  }
  // Some encode it themselves.
  path = without_slashes(http::percent_decode(path).value_or(""));
  if (!is_path(path)) {
    return refuse(name, "must be a numeric id, a path such as group/project, or its web address");
  }
  arguments[name] = path;
  return {};
}

}  // namespace

Result<> resolve_references(
    const connector::Tool& tool, const http::Url& base, json::Object& arguments
) {
  if (connector::text_of(arguments, "pipeline") == "latest") arguments.erase("pipeline");
  for (auto const& entry : kNumbered) {
    if (find_param(tool, entry.name) == nullptr) continue;
    DAVIT_CHECK(resolve_number(entry, base, arguments));
  }
  DAVIT_CHECK(resolve_path("project", base, arguments));
  return resolve_path("group", base, arguments);
}

}  // namespace davit::connectors::gitlab
