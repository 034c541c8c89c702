#include "connectors/pagerduty/log_entries.h"

#include <string>
#include <string_view>

namespace davit::connectors::pagerduty {
namespace {

constexpr std::string_view kTail = "_log_entry";
constexpr std::string_view kNote = "annotate";

void shorten_type(json::Object& entry) {
  auto* const type = entry.if_contains("type");
  if (type == nullptr || !type->is_string()) return;
  std::string text(json::view(type->get_string()));
  if (!text.ends_with(kTail)) return;
  text.resize(text.size() - kTail.size());
  *type = text;
}

// The channel of a note holds its text; that of anything else repeats the summary.
void keep_notes_only(json::Object& entry) {
  auto const* type = entry.if_contains("type");
  auto const is_note = type != nullptr && type->is_string() && type->get_string() == kNote;
  if (!is_note) entry.erase("note");
}

}  // namespace

void shorten_types(const json::Object&, json::Object& answer) {
  for (auto const key : {"items", "timeline"}) {
    auto* const rows = answer.if_contains(key);
    if (rows == nullptr || !rows->is_array()) continue;
    for (auto& row : rows->get_array()) {
      auto* const entry = row.if_object();
      if (entry == nullptr) continue;
      shorten_type(*entry);
      keep_notes_only(*entry);
    }
  }
}

}  // namespace davit::connectors::pagerduty
