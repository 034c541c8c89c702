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
  if (settings.base_url.empty()) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("url is missing: every customer of {} has another", connector.title)
    );
  }
  DAVIT_TRY(auto base, http::parse_url(settings.base_url));
  if (!base.query.empty()) {
    return Error(ErrorKind::invalid_input, "the URL of a server has no query");
  }
  while (base.path.ends_with('/')) base.path.pop_back();
  DAVIT_TRY(
      auto const* auth,
      choose_auth(connector.auth, settings.auth, settings.user, settings.credential)
  );
  if (auth != nullptr && connector.check_settings != nullptr) {
    DAVIT_CHECK(connector.check_settings(base, *auth));
  }
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
      new Instance(connector, std::move(settings), std::move(collaborators), std::move(base), auth)
  );
}

Instance::Instance(
    const Connector& connector,
    Settings settings,
    Collaborators collaborators,
    http::Url base,
    const AuthRule* auth
)
    : connector_(connector),
      settings_(std::move(settings)),
      collaborators_(std::move(collaborators)) {
  UpstreamOptions options{
      .server = settings_.server,
      .base = std::move(base),
      .user = settings_.user,
      .credential = settings_.credential,
      .auth = auth,
      .concurrent_requests = settings_.concurrent_requests,
      .requests_per_minute = settings_.requests_per_minute > 0 ? settings_.requests_per_minute
                                                               : connector.requests_per_minute,
  };
  upstream_ = std::make_unique<Upstream>(connector_, std::move(options), collaborators_);
  cache_ = std::make_unique<AnswerCache>();
}

Instance::~Instance() = default;

bool Instance::offers(const Tool& tool) const {
  auto const& [toolsets, allow, deny] =
      std::tie(settings_.toolsets, settings_.allow, settings_.deny);
  if (contains(deny, tool.name)) return false;
  // Who names a tool means it, whatever the toolsets are.
  if (!allow.empty()) return contains(allow, tool.name);
  switch (tool.offer) {
    case Offer::by_default: return toolsets.empty() || contains(toolsets, tool.toolset);
    case Offer::by_toolset: return contains(toolsets, tool.toolset);
    case Offer::by_name: return false;
  }
  return false;
}

}  // namespace davit::connector
