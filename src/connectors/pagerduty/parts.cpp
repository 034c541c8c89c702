#include "connectors/pagerduty/parts.h"

#include <fmt/format.h>

namespace davit::connectors::pagerduty {

void cut_part(json::Object& answer, std::string_view name, std::size_t most) {
  auto* const part = answer.if_contains(name);
  auto* const rows = part == nullptr ? nullptr : part->if_array();
  if (rows == nullptr || rows->size() <= most) return;
  rows->resize(most);
  auto& names = answer["incomplete"];
  if (!names.is_array()) names.emplace_array();
  names.get_array().emplace_back(name);
}

Error answered_without(std::string_view what) {
  return Error(
      ErrorKind::protocol,
      fmt::format(
          "PagerDuty answered without {}. It may have been carried out all the same: look before "
          "you try again",
          what
      )
  );
}

}  // namespace davit::connectors::pagerduty
