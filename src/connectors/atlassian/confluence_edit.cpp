// Changing parts of a page on its tree: what the edits do not touch goes back as it came.
#include <fmt/format.h>

#include "connector/arguments.h"
#include "connector/text.h"
#include "connectors/atlassian/adf/check.h"
#include "connectors/atlassian/adf/edit.h"
#include "connectors/atlassian/adf/to_markdown.h"
#include "connectors/atlassian/confluence_page.h"
#include "connectors/atlassian/confluence_runs.h"

namespace davit::connectors::atlassian {
namespace {

constexpr std::size_t kLossBytes = 160;

struct OpName {
  Str name;
  adf::Op op;
};

constexpr OpName kOps[] = {
    {"replace_text", adf::Op::replace_text},
    {"replace_section", adf::Op::replace_section},
    {"append", adf::Op::append},
    {"insert_after", adf::Op::insert_after},
    {"set_task", adf::Op::set_task},
    {"set_cell", adf::Op::set_cell},
};

std::string text_of(const json::Value& edit, Str name) {
  auto const* value = json::find(edit, name);
  return value == nullptr ? std::string() : connector::to_plain_text(*value);
}

Result<std::vector<adf::Edit>> read_edits(const json::Object& arguments) {
  std::vector<adf::Edit> edits;
  auto const* given = arguments.if_contains("edits");
  for (auto const& one : given->get_array()) {
    adf::Edit edit{
        .anchor = text_of(one, "anchor"),
        .text = text_of(one, "text"),
        .row = text_of(one, "row"),
        .column = text_of(one, "column"),
    };
    auto const op = json::find_string(one, "op").value_or("");
    auto const known = std::ranges::find(kOps, op, &OpName::name);
    if (known == std::end(kOps)) {
      return Error(ErrorKind::invalid_input, fmt::format("edits: there is no op '{}'", op));
    }
    edit.op = known->op;
    auto const count = [&](Str name, std::int64_t fallback) {
      auto const number = json::find_int(one, name).value_or(fallback);
      return static_cast<std::size_t>(std::max<std::int64_t>(number, 0));
    };
    edit.occurrence = count("occurrence", 0);
    edit.table = count("table", 1);
    edits.push_back(std::move(edit));
  }
  if (edits.empty()) return Error(ErrorKind::invalid_input, "edits: give at least one");
  return edits;
}

// Confluence says 409 to a version that is not the next one.
bool is_version_conflict(const Error& error) { return error.kind() == ErrorKind::conflict; }

struct Edited {
  Page page;
  std::vector<adf::Op> ops;  // of the changes in the report
  adf::EditReport report;
  std::vector<std::string> lost;
};

// A page that breaks the rules already is not held to them.
Result<Edited> edit(Page page, const std::vector<adf::Edit>& edits) {
  auto const was_whole = adf::check(page.document).has_value();
  auto const before = page.document;
  DAVIT_TRY(auto report, adf::apply_edits(page.document, edits));
  auto const whole = adf::check(page.document);
  if (was_whole && !whole) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("the edited page would be no valid document: {}", whole.error().message())
    );
  }
  Edited edited{.report = std::move(report), .lost = adf::losses(before, page.document)};
  for (auto const& one : edits) edited.ops.push_back(one.op);
  edited.page = std::move(page);
  return edited;
}

// An insertion leaves what it stands behind.
json::Object describe(const Edited& edited, std::int64_t version) {
  json::Array changes;
  for (std::size_t at = 0; at < edited.report.changes.size(); ++at) {
    auto const& change = edited.report.changes[at];
    auto const op = edited.ops.at(at);
    auto const is_insertion = op == adf::Op::append || op == adf::Op::insert_after;
    changes.push_back(json::Object{
        {is_insertion ? "behind" : "before", change.before},
        {is_insertion ? "inserted" : "after", change.after},
    });
  }
  json::Object out{
      {"id", edited.page.id},
      {"title", edited.page.title},
      {"version", version},
      {"changes", std::move(changes)},
  };
  json::Array lost;
  for (auto const& one : edited.lost) lost.emplace_back(connector::shortened(one, kLossBytes));
  if (!lost.empty()) out["lost"] = std::move(lost);
  return out;
}

// A request that broke is sent again, and its second answer is then a conflict with itself. The
// document is compared as text, too: Confluence gives ids to what has none, and drops defaults.
bool is_stored(const Page& sent, const Page& now) {
  auto const version = sent.status == "draft" ? sent.version : sent.version + 1;
  if (now.version != version) return false;
  return now.document == sent.document ||
         adf::to_markdown(now.document) == adf::to_markdown(sent.document);
}

// The write may have been carried out, though no answer says so.
bool is_in_doubt(const Error& error) {
  return error.kind() == ErrorKind::unavailable || error.kind() == ErrorKind::timeout ||
         error.kind() == ErrorKind::protocol;
}

// An edit must not be made twice, so the error says what the page tells about the first.
Error explain(const Error& error, const Page& sent, const Result<Page>& now) {
  auto const is_unchanged = now && now->version == sent.version && sent.status != "draft";
  constexpr Str kLook = "look before you try again";
  auto message = error.message();
  if (!is_unchanged && message.find(kLook) == message.npos) {
    message += fmt::format(
        "{} It may have been carried out all the same: {}.",
        message.ends_with('.') ? "" : ".",
        kLook
    );
  }
  return Error(error.kind(), message).with_detail(error.detail());
}

json::Object shown(
    const Invocation& call, const Edited& edited, std::int64_t version, const json::Value& answer
) {
  auto out = describe(edited, version);
  if (auto const url = web_address(call, answer); !url.empty()) out["url"] = url;
  return out;
}

}  // namespace

// https://developer.atlassian.com/cloud/confluence/rest/v2/api-group-page/#api-pages-id-put
Async<json::Value> edit_page(Invocation call) {
  DAVIT_CO_CHECK(co_await settle_page(call));
  DAVIT_CO_TRY(auto const edits, read_edits(call.arguments()));
  DAVIT_CO_TRY(auto page, co_await fetch_page(call));
  DAVIT_CO_CHECK(check_writable(page));
  for (int attempt = 1;; ++attempt) {
    DAVIT_CO_TRY(auto const edited, edit(std::move(page), edits));
    if (call.flag("dry_run")) {
      auto out = describe(edited, edited.page.version);
      out["dry_run"] = true;
      co_return out;
    }
    NewVersion next{
        .body = adf_body(edited.page.document),
        .message = std::string(call.text("message")),
        .is_repeatable = true,
    };
    auto const stored = co_await store_page(call, &edited.page, std::move(next));
    if (stored) {
      auto const version = json::find_int(*stored, "version.number").value_or(0);
      co_return shown(call, edited, version, *stored);
    }
    auto const& error = stored.error();
    if (!is_version_conflict(error) && !is_in_doubt(error)) co_return error;
    auto now = co_await fetch_page(call);
    if (now && is_stored(edited.page, *now))
      co_return shown(call, edited, now->version, now->answer);
    if (is_in_doubt(error)) co_return explain(error, edited.page, now);
    if (!now) co_return now.error();
    if (attempt == 2) co_return error;
    page = *std::move(now);
  }
}

}  // namespace davit::connectors::atlassian
