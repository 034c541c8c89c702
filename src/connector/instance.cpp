#include "connector/instance.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/strings.h"

namespace davit::connector {
namespace {

constexpr std::size_t kLeastResultBytes = 4 * 1024;

struct AccessName {
  Access access;
  Str name;
};

constexpr AccessName kAccessNames[] = {
    {Access::read_only, "read-only"},
    {Access::read_write, "read-write"},
    {Access::full, "full"},
};

// A misspelt name in a filter would silently offer too much or too little.
Result<> check_names(
    Str what, const std::vector<std::string>& names, const std::vector<Str>& known
) {
  for (auto const& name : names) {
    if (std::ranges::find(known, name) != known.end()) continue;
    auto const like = nearest(name, known);
    auto const hint = like.empty() ? std::string() : fmt::format("; did you mean '{}'?", like);
    return Error(ErrorKind::invalid_input, fmt::format("there is no {} '{}'{}", what, name, hint));
  }
  return {};
}

bool contains(const std::vector<std::string>& names, Str name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

Result<Access> parse_access(std::string_view text) {
  for (auto const& entry : kAccessNames) {
    if (entry.name == text) return entry.access;
  }
  return Error(
      ErrorKind::invalid_input,
      fmt::format("'{}' is no access level: read-only, read-write or full", text)
  );
}

std::string_view to_string(Access access) {
  return kAccessNames[static_cast<std::size_t>(access)].name;
}

bool allows(Access access, Effect effect) {
  return static_cast<int>(effect) <= static_cast<int>(access);
}

Result<std::unique_ptr<Instance>> Instance::make(
    const Connector& connector, Settings settings, Collaborators collaborators
) {
  if (settings.server.empty()) settings.server = connector.name;
  if (settings.base_url.empty()) settings.base_url = connector.default_url;
  DAVIT_TRY(auto base, http::parse_url(settings.base_url));
  if (!base.query.empty()) {
    return Error(ErrorKind::invalid_input, "the URL of a server has no query");
  }
  while (base.path.ends_with('/')) base.path.pop_back();
  settings.result_bytes = std::max(settings.result_bytes, kLeastResultBytes);
  settings.concurrent_requests = std::max<std::size_t>(settings.concurrent_requests, 1);

  std::vector<Str> tools;
  for_each_tool(connector, [&](const Tool& tool) { tools.push_back(tool.name); });
  std::vector<Str> toolsets;
  for (auto const& toolset : connector.toolsets) toolsets.push_back(toolset.name);
  DAVIT_CHECK(check_names("toolset", settings.toolsets, toolsets));
  DAVIT_CHECK(check_names("tool", settings.allow, tools));
  DAVIT_CHECK(check_names("tool", settings.deny, tools));
  return std::unique_ptr<Instance>(
      new Instance(connector, std::move(settings), std::move(collaborators), std::move(base))
  );
}

Instance::Instance(
    const Connector& connector, Settings settings, Collaborators collaborators, http::Url base
)
    : connector_(connector),
      settings_(std::move(settings)),
      collaborators_(std::move(collaborators)) {
  UpstreamOptions options{
      .server = settings_.server,
      .base = std::move(base),
      .user = settings_.user,
      .credential = settings_.credential,
      .concurrent_requests = settings_.concurrent_requests,
  };
  upstream_ = std::make_unique<Upstream>(connector_, std::move(options), collaborators_);
}

Instance::~Instance() = default;

bool Instance::offers(const Tool& tool) const {
  auto const& [toolsets, allow, deny] =
      std::tie(settings_.toolsets, settings_.allow, settings_.deny);
  return (toolsets.empty() || contains(toolsets, tool.toolset)) &&
         (allow.empty() || contains(allow, tool.name)) && !contains(deny, tool.name);
}

}  // namespace davit::connector
