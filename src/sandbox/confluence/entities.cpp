#include "sandbox/confluence/entities.h"

#include <fmt/format.h>

#include "base/base64.h"
#include "http/url.h"
#include "sandbox/confluence/adf.h"
#include "sandbox/confluence/storage.h"

namespace davit::sandbox::confluence {
namespace {

json::Value id_or_null(Id id) {
  if (id == 0) return nullptr;
  return json::Value(fmt::format("{}", id));
}

std::string space_key(const World& world, Id id) { return world.store.spaces.at(id).key; }

// The last part of /wiki/x/...: the id, little-endian, as base64url without the trailing "A"s.
std::string tiny(Id id) {
  std::string bytes;
  for (auto rest = id; rest > 0; rest >>= 8) bytes += static_cast<char>(rest & 0xFF);
  auto text = base64url_encode(bytes);
  while (text.ends_with('A')) text.pop_back();
  return text;
}

// What the highlight of an inline comment has become of: gone with an edit is "dangling".
std::string resolution_of(const World& world, const Comment& comment) {
  auto const page = world.store.pages.find(comment.page);
  if (comment.resolution == "resolved" || page == world.store.pages.end()) {
    return comment.resolution;
  }
  return has_annotation(page->second.latest().body, comment.marker) ? comment.resolution
                                                                    : "dangling";
}

}  // namespace

std::string page_path(const World& world, const Page& page) {
  auto const key = space_key(world, page.space);
  if (page.status == "draft") {
    return fmt::format("/spaces/{}/pages/edit-v2/{}?draftShareId=sandbox", key, page.id);
  }
  auto title = http::percent_encode(page.title());
  for (auto at = title.find("%20"); at != std::string::npos; at = title.find("%20", at)) {
    title.replace(at, 3, "+");
  }
  return fmt::format("/spaces/{}/pages/{}/{}", key, page.id, title);
}

std::string attachment_name(const Attachment& attachment) {
  return fmt::format("att{}", attachment.id);
}

json::Object show_space(const Space& space, std::string_view description_format) {
  json::Value description;
  if (!description_format.empty()) {
    description = json::Object{
        {description_format,
         json::Object{{"value", space.description}, {"representation", description_format}}}
    };
  }
  return {
      {"id", fmt::format("{}", space.id)},
      {"key", space.key},
      {"name", space.name},
      {"type", space.type},
      {"status", space.status},
      {"authorId", space.author},
      {"spaceOwnerId", space.author},
      {"createdAt", to_text(space.created)},
      {"homepageId", id_or_null(space.homepage)},
      {"description", std::move(description)},
      {"icon", nullptr},
      {"currentActiveAlias", space.key},
      {"_links", json::Object{{"webui", fmt::format("/spaces/{}", space.key)}}}
  };
}

json::Object show_version(const Version& version) {
  return {
      {"number", version.number},
      {"message", version.message},
      {"minorEdit", version.is_minor},
      {"authorId", version.author},
      {"createdAt", to_text(version.created)},
      {"ncsStepVersion", nullptr}
  };
}

json::Object show_body(const json::Value& adf, std::string_view format) {
  if (format.empty()) return {};
  std::string value;
  if (format == "atlas_doc_format" || format == "editor") {
    value = to_json_text(adf);
  } else {
    value = format == "storage" ? adf_to_storage(adf) : adf_to_view(adf);
  }
  return {{format, json::Object{{"representation", format}, {"value", value}}}};
}

json::Object show_page(
    const World& world, const Page& page, const Version& version, std::string_view format
) {
  auto const path = page_path(world, page);
  return {
      {"id", fmt::format("{}", page.id)},
      {"status", page.status},
      {"title", version.title},
      {"spaceId", fmt::format("{}", page.space)},
      {"parentId", id_or_null(page.parent)},
      {"parentType", page.parent == 0 ? json::Value() : json::Value("page")},
      {"position", page.position},
      {"authorId", page.author},
      {"ownerId", page.owner},
      {"lastOwnerId", nullptr},
      {"subtype", nullptr},
      {"createdAt", to_text(page.created)},
      {"version", show_version(version)},
      {"body", show_body(version.body, format)},
      {"_links",
       json::Object{
           {"webui", path},
           {"editui", fmt::format("/pages/resumedraft.action?draftId={}", page.id)},
           {"edituiv2",
            fmt::format("/spaces/{}/pages/edit-v2/{}", space_key(world, page.space), page.id)},
           {"tinyui", fmt::format("/x/{}", tiny(page.id))}
       }}
  };
}

json::Object show_comment(
    const World& world, const Comment& comment, const Version& version, std::string_view format
) {
  auto const& page = world.store.pages.at(comment.page);
  json::Object shown{
      {"id", fmt::format("{}", comment.id)},
      {"status", "current"},
      {"title", fmt::format("Re: {}", page.title())},
      {"pageId", fmt::format("{}", comment.page)},
      {"version", show_version(version)},
      {"body", show_body(version.body, format)},
      {"_links",
       json::Object{
           {"webui", fmt::format("{}?focusedCommentId={}", page_path(world, page), comment.id)}
       }}
  };
  if (comment.parent != 0) shown["parentCommentId"] = fmt::format("{}", comment.parent);
  if (!comment.is_inline || comment.parent != 0) return shown;
  shown["resolutionStatus"] = resolution_of(world, comment);
  if (comment.resolved) {
    shown["resolutionLastModifierId"] = comment.resolver;
    shown["resolutionLastModifiedAt"] = to_text(*comment.resolved);
  }
  shown["properties"] = json::Object{
      {"inlineMarkerRef", comment.marker},
      {"inlineOriginalSelection", comment.selection},
      {"inline-marker-ref", comment.marker},
      {"inline-original-selection", comment.selection}
  };
  return shown;
}

json::Object show_attachment(const World& world, const Attachment& attachment) {
  auto const& latest = attachment.latest();
  auto const& page = world.store.pages.at(attachment.page);
  auto const name = attachment_name(attachment);
  auto const webui = fmt::format(
      "/spaces/{}/pages/{}/attachments/{}", space_key(world, page.space), page.id, name
  );
  // The path of old: browsers only. API clients use .../child/attachment/{id}/download.
  auto const download = fmt::format(
      "/download/attachments/{}/{}?version={}",
      page.id,
      http::percent_encode(attachment.title),
      latest.number
  );
  return {
      {"id", name},
      {"status", attachment.status},
      {"title", attachment.title},
      {"createdAt", to_text(attachment.created)},
      {"pageId", fmt::format("{}", attachment.page)},
      {"mediaType", attachment.media_type},
      {"mediaTypeDescription", attachment.media_type == "image/png" ? "PNG Image" : "File"},
      {"comment", latest.message},
      {"fileId", attachment.file_id},
      {"fileSize", latest.content.size()},
      {"webuiLink", webui},
      {"downloadLink", download},
      {"version",
       json::Object{
           {"createdAt", to_text(latest.created)},
           {"message", latest.message},
           {"number", latest.number},
           {"minorEdit", latest.is_minor},
           {"authorId", latest.author}
       }},
      {"_links", json::Object{{"webui", webui}, {"download", download}}}
  };
}

json::Object show_label(const World& world, Id id) {
  return {{"id", fmt::format("{}", id)}, {"name", world.store.labels.at(id)}, {"prefix", "global"}};
}

json::Object show_labels(const World& world, const Page& page) {
  json::Array rows;
  for (auto const id : page.labels) rows.emplace_back(show_label(world, id));
  return included(std::move(rows), fmt::format("/wiki/api/v2/pages/{}/labels", page.id));
}

json::Object included(json::Array results, std::string_view self) {
  return {
      {"results", std::move(results)},
      {"meta", json::Object{{"hasMore", false}, {"cursor", nullptr}}},
      {"_links", json::Object{{"self", self}}}
  };
}

json::Object show_user(const story::Person& person) {
  // Who hides the address gives an empty text.
  auto const is_hidden = person.username == story::kLena.username;
  return {
      {"accountId", account_id(person)},
      {"accountType", "atlassian"},
      {"accountStatus", "active"},
      {"displayName", person.name},
      {"publicName", person.name},
      {"email", is_hidden ? std::string_view() : person.email},
      {"timeZone", "Europe/Berlin"},
      {"isExternalCollaborator", false},
      {"isGuest", false},
      {"personalSpaceId", nullptr},
      {"profilePicture",
       json::Object{
           {"path", fmt::format("/wiki/aa-avatar/{}", account_id(person))},
           {"width", 48},
           {"height", 48},
           {"isDefault", true}
       }}
  };
}

Or<json::Value> read_body(const json::Value* body) {
  if (body == nullptr || !body->is_object()) return v2_error(400, "body is required");
  for (auto const* nested : {"storage", "atlas_doc_format", "wiki"}) {
    if (auto const* inner = member(*body, nested)) body = inner;
  }
  auto const form = text_of(member(*body, "representation"));
  auto const* value = member(*body, "value");
  if (value == nullptr || !value->is_string()) {
    return v2_error(400, "body.value must be a string");
  }
  auto const text = json::view(value->get_string());
  if (form == "storage") {
    auto parsed = storage_to_adf(text);
    if (parsed) return *std::move(parsed);
    return v2_error(400, fmt::format("Error parsing xhtml: {}", parsed.error().message()));
  }
  if (form == "wiki") return adf_of_text(text);
  if (form != "atlas_doc_format") {
    return v2_error(400, fmt::format("Invalid body representation: '{}'", form));
  }
  auto parsed = json::parse(text);
  if (!parsed)
    return v2_error(400, "body.value is not valid JSON", json::Value(parsed.error().message()));
  if (auto const problem = adf_problem(*parsed)) {
    return v2_error(
        400, "Body is not a valid Atlassian Document Format document", json::Value(*problem)
    );
  }
  return *std::move(parsed);
}

Or<json::Value> read_version(const json::Value& body, int current, std::string_view what) {
  auto const* version = member(body, "version");
  auto const number = version == nullptr ? std::nullopt : json::find_int(*version, "number");
  if (!number) return v2_error(400, "version.number is required");
  if (*number == current + 1) return *version;
  return v2_error(
      409,
      fmt::format(
          "Version must be incremented when updating a {}. Current Version: [{}]. Provided "
          "version: [{}]",
          what,
          current,
          *number
      )
  );
}

}  // namespace davit::sandbox::confluence
