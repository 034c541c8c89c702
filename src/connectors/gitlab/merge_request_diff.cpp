#include "connectors/gitlab/changes.h"
#include "connectors/gitlab/merge_requests.h"

namespace davit::connectors::gitlab {
namespace {

std::size_t size_at(const json::Value& state, std::string_view name) {
  auto const number = json::find_int(state, name).value_or(0);
  return number < 0 ? 0 : static_cast<std::size_t>(number);
}

}  // namespace

Async<json::Value> get_merge_request_diff(connector::Invocation call) {
  DAVIT_CO_TRY(auto const state, call.cursor());
  ChangesPlace const from{.file = size_at(state, "file"), .line = size_at(state, "line")};
  DAVIT_CO_TRY(auto all, co_await call.get_all(call.tool().call.path, kMaxDiffPages));
  json::Object out;
  auto const total = all.items.size();
  auto changes = show_changes(call, std::move(all.items), from);
  if (changes.next) {
    json::Object next{{"file", changes.next->file}, {"line", changes.next->line}};
    out["next_cursor"] = call.make_cursor(next);
  }
  out["total_files"] = total;
  out["complete"] = all.complete && !changes.next;
  for (auto& member : changes.shown) out[member.key()] = std::move(member.value());
  co_return out;
}

}  // namespace davit::connectors::gitlab
