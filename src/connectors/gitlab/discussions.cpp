#include "connector/arguments.h"
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
  items = std::move(threads);
}

constexpr Param kMergeRequestOf{
    .name = "mr",
    .description = "Of a merge request: number, group/project!number or web address.",
    .in = In::path,
};
constexpr Param kIssueOf{
    .name = "issue",
    .description = "Of an issue: number, group/project#number or web address.",
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
                 .description = "Also notes that GitLab wrote itself.",
                 .in = In::none,
                 .kind = Kind::boolean},
                kLimit,
                kCursor,
            },
        .paging = Paging::link_header,
        .keep = "id notes{id author.username at=created_at body~1000 system? resolvable? "
                "resolved? file=position.new_path file=position.old_path line=position.new_line "
                "old_line=position.old_line}",
        .source = "https://docs.gitlab.com/api/discussions/",
        .finish = to_threads,
    },
    {
        .name = "gitlab_add_comment",
        .title = "Add comment",
        .description = "Comment on a merge request or issue, or reply in one of its threads.",
        .toolset = "merge_requests",
        .effect = Effect::write,
        .call =
            {.method = http::Method::post,
             .path = "/projects/{project}/merge_requests/{mr}/discussions/{discussion}/notes"
                     "|/projects/{project}/issues/{issue}/discussions/{discussion}/notes"
                     "|/projects/{project}/merge_requests/{mr}/notes"
                     "|/projects/{project}/issues/{issue}/notes"},
        .params =
            {
                kMergeRequestOf,
                kIssueOf,
                kProjectOrUrl,
                {.name = "body", .description = "Markdown.", .in = In::body, .required = true},
                {.name = "discussion",
                 .description = "Id of the thread to reply in.",
                 .in = In::path},
                {.name = "internal",
                 .description = "Only for members.",
                 .in = In::body,
                 .kind = Kind::boolean,
                 .needs = "!discussion"},
                {.name = "allow_quick_actions",
                 .description = "Let lines such as /close take effect.",
                 .in = In::none,
                 .kind = Kind::boolean},
            },
        .keep = "id on=noteable_type number=noteable_iid author.username at=created_at",
        .source = "https://docs.gitlab.com/api/notes/",
        .check = refuse_quick_actions,
    },
};
static_assert(checked(kTools));

}  // namespace

constinit const std::span<const Tool> discussion_tools = kTools;

}  // namespace davit::connectors::gitlab
