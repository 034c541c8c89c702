// Page: what the tools of Confluence have in common in reading and writing one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connector/invocation.h"
#include "connectors/atlassian/confluence_tables.h"

namespace davit::connectors::atlassian {

// A page with its document, as one answer gave them.
struct Page {
  json::Value answer;
  json::Value document;  // ADF as it is stored; an empty document when the page has none
  std::string id;
  std::string title;
  std::string status;
  std::string space_id;
  std::int64_t version = 0;
};

// Puts the id in place of a title, or SPACE:Title, in the argument `name`; an id stays. Nothing
// between the colon and the title, as titles have colons, too. Errors: not_found, invalid_input
// with the candidates.
Async<> settle_page(Invocation call, Str name = "page");

// The page of the argument `page`, which is settled; a draft too. `more` goes behind the query:
// "&version=3". In another format than ADF the document is empty.
Async<Page> fetch_page(Invocation call, std::string more = {}, Str format = "atlas_doc_format");

// Only current pages and drafts can be written. Errors: invalid_input.
Result<> check_writable(const Page& page);
// The answer to a write names what was written. Errors: protocol, which says that it may be done.
Result<> check_written(const json::Value& answer, std::string_view what);

struct NewVersion {
  std::string title = {};  // empty keeps it
  json::Object body;
  std::string message = {};
  // Send it again when it broke. Whoever sets this can tell that a conflict is with itself.
  bool is_repeatable = false;
};
// The version after `page`. Errors: conflict when somebody else was faster.
Async<json::Value> store_page(Invocation call, const Page* page, NewVersion next);
// A body as writes take it.
json::Object adf_body(const json::Value& document);

// The key of a space; its id when it cannot be read.
Async<std::string> space_key(Invocation call, std::string space_id);

// As a browser has it: the tiny link when there is one. Empty when it is not known, which it is
// for a token that goes through the gateway and an answer that does not name the site.
std::string web_address(const Invocation& call, const json::Value& answer);

// ADF as text, as bodies have it; an empty document when it is none.
json::Value read_document(std::string_view text);
// A document as a model reads it: strings without what does not show.
json::Value shown_document(const json::Value& document);
// A `body` of an answer in ADF, as Markdown.
std::string body_markdown(const json::Value& owner);

// The people behind account ids, asked for at once and remembered for a quarter of an hour. An id
// stays where its name cannot be had.
class People {
 public:
  std::string name_of(std::string_view id) const;

 private:
  friend Async<People> find_people(Invocation call, std::vector<std::string> ids);
  std::vector<std::pair<std::string, std::string>> names_;
};
Async<People> find_people(Invocation call, std::vector<std::string> ids);

// "2026-11-20T14:02Z" of a time of Confluence's.
std::string minute_of(const json::Value& answer, std::string_view path);

}  // namespace davit::connectors::atlassian
