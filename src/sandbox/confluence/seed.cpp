#include "sandbox/confluence/seed.h"

#include "sandbox/confluence/adf.h"
#include "sandbox/confluence/adf_build.h"
#include "sandbox/confluence/files.h"

namespace davit::sandbox::confluence {
namespace {

void add_spaces(Seed& seed) {
  auto const add = [&](Id id, std::string key, std::string name, std::string type, Id home) {
    auto& space = seed.store.spaces[id];
    space = {.id = id, .key = std::move(key), .name = std::move(name), .type = std::move(type)};
    space.author = account_id(story::kMina);
    space.created = seed.days_ago(900);
    space.homepage = home;
  };
  add(kHarbor, std::string(story::kSpace), "Harbor engineering", "global", kHarborHome);
  add(kOps, "OPS", "Operations", "collaboration", kOpsHome);
  add(kPersonal, "~5b10ac8d82e05b22cc7d4e01", "Mina Okafor", "personal", 0);
  add(kOldSpace, "OLDHARBOR", "Harbor (before 2024)", "global", 0);
  seed.store.spaces[kOldSpace].status = "archived";
  seed.store.spaces[kHarbor].description =
      "How Harbor sells tickets, and what to do when it cannot.";
  seed.store.spaces[kOps].description = "On call, changes, and the service desk.";
}

}  // namespace

Page& Seed::add(
    Id id,
    Id space,
    Id parent,
    std::string_view title,
    const story::Person& author,
    Time made,
    json::Value body
) {
  auto const position = store.next_position(parent);
  auto& page = store.pages[id];
  page.id = id;
  page.space = space;
  page.parent = parent;
  page.position = position;
  page.author = page.owner = account_id(author);
  page.created = made;
  page.versions.push_back(
      {.author = page.author,
       .created = made,
       .message = {},
       .title = std::string(title),
       .body = std::move(body)}
  );
  return page;
}

void Seed::change(
    Page& page, const story::Person& author, Time when, std::string_view message, json::Value body
) {
  page.versions.push_back(
      {.number = page.latest().number + 1,
       .author = account_id(author),
       .created = when,
       .message = std::string(message),
       .title = page.title(),
       .body = std::move(body)}
  );
}

void Seed::label(Page& page, std::initializer_list<std::string_view> names) {
  for (auto const name : names) page.labels.push_back(store.label(name));
}

Comment& Seed::comment(
    Id id, Id page, Id parent, const story::Person& author, Time when, std::string_view words
) {
  auto& made = store.comments[id];
  made.id = id;
  made.page = page;
  made.parent = parent;
  made.is_inline = parent != 0 && store.comments.at(parent).is_inline;
  made.versions.push_back(
      {.author = account_id(author),
       .created = when,
       .message = {},
       .title = {},
       .body = adf_of_text(words)}
  );
  return made;
}

Comment& Seed::inline_comment(
    Id id,
    Id page,
    const story::Person& author,
    Time when,
    std::string_view words,
    std::string_view marker,
    std::string_view selection
) {
  auto& made = comment(id, page, 0, author, when, words);
  made.is_inline = true;
  made.resolution = "open";
  made.marker = marker;
  made.selection = selection;
  return made;
}

Attachment& Seed::file(
    Id id, Id page, std::string_view title, std::string_view type, std::string content, Time when
) {
  auto& made = store.attachments[id];
  made.id = id;
  made.page = page;
  made.title = title;
  made.media_type = type;
  made.file_id = file_id_of(id);
  made.created = when;
  made.versions.push_back(
      {.author = account_id(story::kJonas),
       .created = when,
       .message = {},
       .content = std::move(content)}
  );
  return made;
}

json::Object jira_issues(std::string_view jql, std::string_view local_id) {
  auto const param = [](std::string_view value) { return json::Object{{"value", value}}; };
  json::Object macro{
      {"server", param("System Jira")},
      {"jqlQuery", param(jql)},
      {"maximumIssues", param("20")},
      {"columns", param("key,summary,status,assignee")}
  };
  json::Object metadata{
      {"macroId", param("7d0a1f5e-2b3c-4d5e-9f60-718293a4b5c6")},
      {"schemaVersion", param("1")},
      {"title", "Jira"}
  };
  return with(
      "extension",
      {{"layout", "default"},
       {"extensionType", "com.atlassian.confluence.macro.core"},
       {"extensionKey", "jira"},
       {"parameters",
        json::Object{{"macroParams", std::move(macro)}, {"macroMetadata", std::move(metadata)}}},
       {"localId", local_id}}
  );
}

Store make_seed(const Addresses& at, Time now) {
  Store store;
  Seed seed{store, at, now};
  add_spaces(seed);
  seed_pages(seed);
  seed_runbook(seed);
  seed_post_mortems(seed);
  seed_odd_pages(seed);
  seed_files(seed);
  return store;
}

}  // namespace davit::sandbox::confluence
