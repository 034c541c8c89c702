// Attachments: lists of v2; upload and download of v1.
#include <algorithm>

#include <fmt/format.h>

#include "sandbox/confluence/entities.h"
#include "sandbox/confluence/files.h"
#include "sandbox/confluence/routes.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::confluence {
namespace {

using enum http::Method;

template <class Fits>
http::Response attachments_where(World& world, Call& call, Fits fits) {
  DAVIT_TRY(
      auto const order,
      choice(
          call, "sort", "created-date -created-date modified-date -modified-date", "created-date"
      )
  );
  auto const type = call.text("mediaType");
  auto const name = call.text("filename");
  std::vector<const Attachment*> rows;
  for (auto const& [id, attachment] : world.store.attachments) {
    if (attachment.status != "current" || !fits(attachment)) continue;
    if ((type && attachment.media_type != *type) || (name && attachment.title != *name)) continue;
    rows.push_back(&attachment);
  }
  auto const by_change = order.ends_with("modified-date");
  sort_by(rows, [&](const Attachment* one) {
    return by_change ? one->latest().created : one->created;
  });
  if (order.starts_with('-')) std::ranges::reverse(rows);
  auto const show = [&](const Attachment* one) { return show_attachment(world, *one); };
  return v2_list(call, rows, show, 50);
}

http::Response list_page_attachments(World& world, Call& call) {
  DAVIT_TRY(auto const* page, page_arg(world, call));
  return attachments_where(world, call, [&](const Attachment& one) {
    return one.page == page->id;
  });
}

http::Response list_attachments(World& world, Call& call) {
  return attachments_where(world, call, [&](const Attachment& one) {
    return world.store.pages.at(one.page).status == "current";
  });
}

// "att98901", and 98901 too.
Attachment* find_attachment(World& world, std::string_view name) {
  if (name.starts_with("att")) name.remove_prefix(3);
  auto const found = world.store.attachments.find(std::atoll(std::string(name).c_str()));
  if (found == world.store.attachments.end() || found->second.status != "current") return nullptr;
  return &found->second;
}

http::Response get_attachment(World& world, Call& call) {
  auto const* attachment = find_attachment(world, call.arg("id"));
  if (attachment == nullptr) return v2_not_found();
  return json_answer(show_attachment(world, *attachment));
}

http::Response delete_attachment(World& world, Call& call) {
  auto* attachment = find_attachment(world, call.arg("id"));
  if (attachment == nullptr) return v2_not_found();
  attachment->status = "trashed";
  return no_content();
}

json::Object show_v1(const World& world, const Attachment& attachment) {
  auto const shown = show_attachment(world, attachment);
  return {
      {"id", shown.at("id")},
      {"type", "attachment"},
      {"status", "current"},
      {"title", attachment.title},
      {"version",
       json::Object{
           {"number", attachment.latest().number},
           {"when", to_text(attachment.latest().created)},
           {"message", attachment.latest().message},
           {"minorEdit", attachment.latest().is_minor}
       }},
      {"metadata",
       json::Object{{"mediaType", attachment.media_type}, {"comment", attachment.latest().message}}
      },
      {"extensions",
       json::Object{
           {"mediaType", attachment.media_type},
           {"fileSize", attachment.latest().content.size()},
           {"fileId", attachment.file_id},
           {"collectionName", fmt::format("contentId-{}", attachment.page)}
       }},
      {"_links", shown.at("_links")}
  };
}

Attachment& find_or_add(World& world, const Call& call, Id page, const FormPart& part) {
  for (auto& [id, known] : world.store.attachments) {
    if (known.page == page && known.title == part.filename && known.status == "current") {
      return known;
    }
  }
  auto const id = world.store.next_id++;
  auto& fresh = world.store.attachments[id];
  fresh.id = id;
  fresh.page = page;
  fresh.title = part.filename;
  fresh.file_id = file_id_of(id);
  fresh.created = call.now;
  return fresh;
}

// PUT makes a new version of a file that is there; POST refuses it.
http::Response upload(World& world, Call& call) {
  // Any value but this one is blocked as a possible forgery.
  auto const token = call.request.headers.get("X-Atlassian-Token").value_or("");
  if (token != "no-check" && token != "nocheck") {
    return http::Response::text(403, "text/plain", "XSRF check failed");
  }
  auto const page = world.store.pages.find(std::atoll(std::string(call.arg("id")).c_str()));
  if (page == world.store.pages.end() || page->second.status == "deleted") {
    return v1_error(
        404, fmt::format("No content found with id: ContentId{{id={}}}", call.arg("id"))
    );
  }
  auto const parts = parse_form(call.request);
  std::string comment;
  bool is_minor = false;
  for (auto const& part : parts) {
    if (part.name == "comment") comment = part.content;
    if (part.name == "minorEdit") is_minor = part.content == "true";
  }
  json::Array results;
  for (auto const& part : parts) {
    if (part.name != "file" || part.filename.empty()) continue;
    auto& attachment = find_or_add(world, call, page->first, part);
    if (call.request.method == post && !attachment.versions.empty()) {
      return v1_error(
          400,
          fmt::format(
              "Cannot add a new attachment with same file name as an existing attachment: {}",
              part.filename
          )
      );
    }
    attachment.media_type =
        part.content_type.empty() ? "application/octet-stream" : part.content_type;
    attachment.versions.push_back(
        {.number = static_cast<int>(attachment.versions.size()) + 1,
         .author = caller(),
         .created = call.now,
         .message = comment,
         .is_minor = is_minor,
         .content = part.content}
    );
    results.emplace_back(show_v1(world, attachment));
  }
  if (results.empty()) return v1_error(400, "At least one file must be provided");
  auto const size = results.size();
  return json_answer(json::Object{
      {"results", std::move(results)},
      {"start", 0},
      {"limit", 25},
      {"size", size},
      {"_links",
       json::Object{
           {"base", call.base_url + "/wiki"},
           {"context", "/wiki"},
           {"self", call.base_url + std::string(call.request.path())}
       }}
  });
}

// "Redirects the client to a URL that serves an attachment's binary data": on another host, with a
// token in the address, so that credentials must not go along.
http::Response download(World& world, Call& call) {
  auto const* attachment = find_attachment(world, call.arg("attachment"));
  if (attachment == nullptr || fmt::format("{}", attachment->page) != call.arg("id")) {
    return v1_error(404, "No attachment found");
  }
  auto const last = attachment->latest().number;
  auto const version = call.has("version") ? call.integer("version").value_or(0) : last;
  if (version < 1 || version > last) return v1_error(400, "Invalid version");
  http::Response response{.status = 302};
  response.headers.add("Location", file_url(call.base_url, *attachment, static_cast<int>(version)));
  return response;
}

constexpr std::string_view kFiles = "/wiki/rest/api/content/:id/child/attachment";

constexpr Route kRoutes[] = {
    {get, "/wiki/api/v2/pages/:id/attachments", list_page_attachments},
    {get, "/wiki/api/v2/attachments", list_attachments},
    {get, "/wiki/api/v2/attachments/:id", get_attachment},
    {del, "/wiki/api/v2/attachments/:id", delete_attachment},
    {put, kFiles, upload},
    {post, kFiles, upload},
    {get, "/wiki/rest/api/content/:id/child/attachment/:attachment/download", download},
};

}  // namespace

std::span<const Route> attachment_routes() { return kRoutes; }

}  // namespace davit::sandbox::confluence
