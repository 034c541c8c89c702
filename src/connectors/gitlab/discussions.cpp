#include "connector/arguments.h"
#include "connector/instance.h"
#include "connector/invocation.h"
#include "connectors/gitlab/quick_actions.h"
#include "connectors/gitlab/tables.h"

namespace davit::connectors::gitlab {
namespace {

bool is_true(const json::Value& note, std::string_view key) {
  return json::find_bool(note, key).value_or(false);
}

// A thread is one object of GitLab's list, with the place in the diff on its first note.
json::Object to_thread(json::Object discussion, bool with_system_notes) {
  json::Object thread(discussion.storage());
  thread["id"] = std::move(discussion["id"]);
  json::Array notes(discussion.storage());
  auto* given = discussion["notes"].if_array();
  if (given == nullptr) return thread;
  bool resolvable = false;
  bool resolved = true;
  for (auto& note : *given) {
    if (!note.is_object()) continue;
    auto& fields = note.get_object();
    if (is_true(note, "system") && !with_system_notes) continue;
    resolvable = resolvable || is_true(note, "resolvable");
    resolved = resolved && (!is_true(note, "resolvable") || is_true(note, "resolved"));
    for (auto const key : {"file", "line", "old_line"}) {
      if (notes.empty() && fields.contains(key)) thread[key] = fields[key];
      fields.erase(key);
    }
    fields.erase("resolvable");
    fields.erase("resolved");
    notes.push_back(std::move(note));
  }
  if (resolvable) thread["resolved"] = resolved;
  thread["notes"] = std::move(notes);
  return thread;
}

void to_threads(const json::Object& arguments, json::Object& answer) {
  auto& items = answer["items"].get_array();
  auto const given = items.size();
  json::Array threads(items.storage());
  for (auto& item : items) {
    if (!item.is_object()) continue;
    auto thread = to_thread(std::move(item.get_object()), flag_of(arguments, "include_system"));
    auto const* notes = thread["notes"].if_array();
    if (notes == nullptr || notes->empty()) continue;
    auto const* resolved = thread.if_contains("resolved");
    auto const is_open = resolved != nullptr && *resolved == false;
    if (flag_of(arguments, "unresolved_only") && !is_open) continue;
    threads.push_back(std::move(thread));
  }
  // GitLab's total counts them, too.
  if (threads.size() < given) answer["left_out"] = given - threads.size();
  items = std::move(threads);
}

// What is looked for may be rare: larger pages, which the engine cuts to what fits.
Async<ApiRequest> discussions_request(Invocation call) {
  if (call.flag("unresolved_only")) call.arguments()["limit"] = 100;
  co_return build_request(call.tool(), call.arguments());
}

// A thread of its own is made elsewhere than a comment. With quick actions this tool can merge and
// rebase, which has tools of their own for those who may.
Async<ApiRequest> comment_request(Invocation call) {
  auto const is_harmless = refuse_quick_actions_in("body", call.text("body")).has_value();
  if (!is_harmless && call.instance().settings().access != Access::full) {
    co_return Error(
        ErrorKind::forbidden, "quick actions need more: ask the operator to set access: full"
    );
  }
  DAVIT_CO_TRY(auto request, build_request(call.tool(), call.arguments()));
  constexpr Str kNotes = "/notes";
  if (call.flag("as_thread") && request.target.ends_with(kNotes)) {
    request.target.replace(request.target.size() - kNotes.size(), kNotes.size(), "/discussions");
  }
  co_return request;
}

// GitLab answers with the thread when it made one, whose first note is the comment.
void to_comment(const json::Object&, json::Object& answer) {
  auto* notes = answer.contains("notes") ? answer["notes"].if_array() : nullptr;
  if (notes == nullptr || notes->empty() || !notes->front().is_object()) return;
  auto comment = std::move(notes->front().get_object());
  comment["discussion"] = std::move(answer["id"]);
  answer = std::move(comment);
}

constexpr Param kMergeRequestOf{
    .name = "mr",
    .description = "Number, a/b!12 or URL.",
    .in = In::path,
};
constexpr Param kIssueOf{
    .name = "issue",
    .description = "Number, a/b#7 or URL.",
    .in = In::path,
    .needs = "!mr",
};

constexpr Tool kTools[] = {
    {
        .name = "gitlab_list_discussions",
        .title = "List discussions",
        .description = "The comment threads of a merge request or issue, with file and line.",
        .toolset = "merge_requests",
        .call =
            {.path = "/projects/{project}/merge_requests/{mr}/discussions"
                     "|/projects/{project}/issues/{issue}/discussions"},
        .params =
            {
                kMergeRequestOf,
                kIssueOf,
                kProjectOrUrl,
                {.name = "unresolved_only", .in = In::none, .kind = Kind::boolean},
                {.name = "include_system",
                 .description = "GitLab's own notes, too.",
                 .in = In::none,
                 .kind = Kind::boolean},
                kLimit,
                kCursor,
            },
        .paging = kLinkHeader,
        .keep = "id notes{id author.username at=created_at body~1000 system? resolvable? "
                "resolved? file=position.new_path file=position.old_path line=position.new_line "
                "old_line=position.old_line}",
        .source = "https://docs.gitlab.com/api/discussions/",
        .make = discussions_request,
        .finish = to_threads,
    },
    {
        .name = "gitlab_add_comment",
        .title = "Add comment",
        .description = "Comment on a merge request, issue or commit, or reply in a thread.",
        .toolset = "merge_requests",
        .effect = Effect::write,
        .call =
            {.method = http::Method::post,
             .path = "/projects/{project}/merge_requests/{mr}/discussions/{discussion}/notes"
                     "|/projects/{project}/issues/{issue}/discussions/{discussion}/notes"
                     "|/projects/{project}/repository/commits/{commit}/discussions"
                     "|/projects/{project}/merge_requests/{mr}/notes"
                     "|/projects/{project}/issues/{issue}/notes"},
        .params =
            {
                kMergeRequestOf,
                kIssueOf,
                {.name = "commit",
                 .description = "Its sha.",
                 .in = In::path,
                 .needs = "!mr !issue !discussion"},
                kProjectOrUrl,
                {.name = "body", .description = "Markdown.", .in = In::body, .required = true},
                {.name = "discussion", .description = "Thread to reply in.", .in = In::path},
                {.name = "as_thread",
                 .description = "Start one that can be resolved.",
                 .in = In::none,
                 .kind = Kind::boolean,
                 .needs = "!discussion"},
                {.name = "internal",
                 .description = "Only for members.",
                 .in = In::body,
                 .kind = Kind::boolean,
                 .needs = "!discussion"},
                {.name = "allow_quick_actions",
                 .description = "Let lines like /close act.",
                 .in = In::none,
                 .kind = Kind::boolean},
            },
        .keep = "id discussion=discussion_id on=noteable_type number=noteable_iid author.username "
                "at=created_at notes{id author.username at=created_at} did=summary",
        .source = "https://docs.gitlab.com/api/notes/",
        .check = refuse_quick_actions,
        .make = comment_request,
        .finish = to_comment,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> discussion_tools = kTools;

}  // namespace davit::connectors::gitlab
