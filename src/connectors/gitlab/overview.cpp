#include <fmt/format.h>

#include "connector/arguments.h"
#include "connectors/gitlab/merge_requests.h"

namespace davit::connectors::gitlab {
namespace {

// How many of them are shown; gitlab_list_discussions has all.
constexpr std::size_t kThreads = 10;

// The first note that waits for an answer; null when none does.
const json::Value* open_note(const json::Value& thread) {
  auto const* notes = json::find_array(thread, "notes");
  if (notes == nullptr) return nullptr;
  for (auto const& note : *notes) {
    auto const is_open = json::find_bool(note, "resolvable").value_or(false) &&
                         !json::find_bool(note, "resolved").value_or(false);
    if (is_open) return &note;
  }
  return nullptr;
}

}  // namespace

// Those who work on a branch know its name, not the number.
Async<connector::ApiRequest> find_merge_request(connector::Invocation call) {
  if (!call.has("mr")) {
    DAVIT_CO_TRY(
        auto const found,
        co_await call.get("/projects/{project}/merge_requests"
                          "?source_branch={source_branch}&order_by=updated_at&per_page=1")
    );
    auto const iid = json::find_int(found, "0.iid");
    if (!iid) {
      auto const text =
          fmt::format("no merge request comes from the branch {}", call.text("source_branch"));
      co_return Error(ErrorKind::not_found, text);
    }
    call.arguments()["mr"] = std::to_string(*iid);
  }
  co_return connector::build_request(call.tool(), call.arguments());
}

Result<> check_overview(const json::Object& arguments) {
  if (arguments.contains("mr") || arguments.contains("source_branch")) return {};
  return Error(ErrorKind::invalid_input, "give mr, or project and source_branch");
}

void count_unresolved(const json::Object&, json::Object& answer) {
  auto* const given = answer.if_contains("unresolved");
  if (given == nullptr || !given->is_array()) return;
  json::Array threads(answer.storage());
  std::size_t count = 0;
  for (auto const& thread : given->get_array()) {
    auto const* note = open_note(thread);
    if (note == nullptr || !note->is_object() || ++count > kThreads) continue;
    auto shown = note->get_object();
    shown.stable_erase("resolvable");
    shown["id"] = json::find_string(thread, "id").value_or("");
    threads.push_back(std::move(shown));
  }
  answer["unresolved_threads"] = count;
  answer["unresolved"] = std::move(threads);
}

}  // namespace davit::connectors::gitlab
