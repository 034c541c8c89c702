#include "connectors/all.h"

#include "connectors/atlassian/atlassian.h"
#include "connectors/dynatrace/dynatrace.h"
#include "connectors/gitlab/gitlab.h"
#include "connectors/pagerduty/pagerduty.h"
#include "connectors/servicenow/servicenow.h"

namespace davit::connectors {
namespace {

constexpr const connector::Connector* kAll[] = {
    &atlassian::connector,
    &dynatrace::connector,
    &gitlab::connector,
    &pagerduty::connector,
    &servicenow::connector,
};

}  // namespace

std::span<const connector::Connector* const> all() { return kAll; }

const connector::Connector* find(std::string_view name) {
  for (auto const* connector : kAll) {
    if (connector->name == name) return connector;
  }
  return nullptr;
}

}  // namespace davit::connectors
