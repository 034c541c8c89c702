#include <fmt/format.h>

#include "sandbox/atlassian/answers.h"
#include "sandbox/atlassian/entities.h"
#include "sandbox/atlassian/media.h"
#include "sandbox/atlassian/routes.h"

namespace davit::sandbox::atlassian {
namespace {

Or<const Attachment*> find_attachment(const Store& store, const Call& call) {
  for (auto const& [id, issue] : store.issues) {
    for (auto const& one : issue.attachments) {
      if (one.id == to_id(call.arg("id"))) return &one;
    }
  }
  return error(404, fmt::format("The attachment with id '{}' does not exist", call.arg("id")));
}

http::Response get_meta(Store& store, Call& call) {
  DAVIT_TRY(auto const* found, find_attachment(store, call));
  auto out = attachment_json(store, *found);
  out["id"] = found->id;  // a number here, a string on an issue
  return json_answer(out);
}

http::Response get_content(Store& store, Call& call) {
  DAVIT_TRY(auto const* found, find_attachment(store, call));
  if (!call.flag("redirect", true)) return file_answer(call.request, *found);
  http::Response response{.status = 303};
  response.headers.add("Location", media_url(call, *found));
  return response;
}

http::Response upload(Store& store, Call& call) {
  auto* issue = store.find_issue(call.arg("key"));
  if (issue == nullptr) return no_issue();
  if (call.request.headers.get("x-atlassian-token") != "no-check") {
    return http::Response::text(403, "text/plain", "XSRF check failed");
  }
  json::Array rows;
  for (auto& part : parse_form(call.request)) {
    if (part.name != "file" || part.filename.empty()) continue;
    auto const id = store.next_id();
    issue->attachments.push_back(
        {.id = id,
         .media_id = fmt::format("00000000-0000-4000-8000-{:012}", id),
         .filename = part.filename,
         .type = part.content_type.empty() ? "application/octet-stream" : part.content_type,
         .author = std::string(kCallerId),
         .content = part.content,
         .created = store.now}
    );
    rows.push_back(attachment_json(store, issue->attachments.back()));
    store.log(*issue, {{"Attachment", "attachment", "", "", fmt::format("{}", id), part.filename}});
  }
  if (rows.empty()) return error(400, "No files were provided in the 'file' part of the form.");
  return json_answer(std::move(rows));
}

http::Response remove(Store& store, Call& call) {
  DAVIT_TRY(auto const* found, find_attachment(store, call));
  auto const gone = found->id;
  for (auto& [id, issue] : store.issues) {
    std::erase_if(issue.attachments, [&](auto const& one) { return one.id == gone; });
  }
  return no_content();
}

constexpr JiraRoute kRoutes[] = {
    {http::Method::get, "/rest/api/3/attachment/:id", get_meta},
    {http::Method::del, "/rest/api/3/attachment/:id", remove},
    {http::Method::get, "/rest/api/3/attachment/content/:id", get_content},
    {http::Method::post, "/rest/api/3/issue/:key/attachments", upload},
};

}  // namespace

Routes attachment_routes() { return kRoutes; }

}  // namespace davit::sandbox::atlassian
