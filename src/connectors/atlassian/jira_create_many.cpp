#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "connector/failure.h"
#include "connectors/atlassian/jira_calls.h"
#include "connectors/atlassian/jira_drafts.h"
#include "connectors/atlassian/jira_writes.h"

namespace davit::connectors::atlassian {
namespace {

using connector::Invocation;

// One issue of the list, through all rounds.
struct Entry {
  json::Object given;
  std::optional<std::size_t> parent;  // another entry that must be made before
  std::string key;
  std::string error;

  bool is_open() const { return key.empty() && error.empty(); }
};

// What a draft reads; all else would get lost without a word.
struct Member {
  std::string_view name;
  enum class Form { text, texts, number, object } form = Form::text;
};
constexpr Member kMembers[] = {
    {"project"},
    {"type"},
    {"summary"},
    {"description"},
    {"parent"},
    {"assignee"},
    {"priority"},
    {"labels", Member::Form::texts},
    {"components", Member::Form::texts},
    {"fix_versions", Member::Form::texts},
    {"due_date"},
    {"sprint", Member::Form::number},
    {"story_points", Member::Form::number},
    {"fields", Member::Form::object},
};

bool has_form(const json::Value& value, Member::Form form) {
  switch (form) {
    case Member::Form::text: return value.is_string();
    case Member::Form::texts:
      return value.is_array() && std::ranges::all_of(value.get_array(), &json::Value::is_string);
    case Member::Form::number: return value.is_number();
    case Member::Form::object: return value.is_object();
  }
  return false;
}

// Models write one text for a list, and numbers as texts, and the other way round.
void mend(json::Value& value, Member::Form form) {
  if (form == Member::Form::texts && value.is_string()) value = json::Array{json::Value(value)};
  if (form == Member::Form::text && value.is_int64()) value = fmt::format("{}", value.get_int64());
  if (form == Member::Form::number && value.is_string()) {
    auto const parsed = json::parse(json::view(value.get_string()));
    if (parsed && parsed->is_number()) value = *parsed;
  }
}

Result<> check_members(json::Object& issue, std::size_t number) {
  for (auto const& [name, form] : kMembers) {
    auto const* value = issue.if_contains(name);
    if (value != nullptr && value->is_null()) issue.stable_erase(name);
  }
  for (auto& member : issue) {
    std::string_view const key = member.key();
    auto const known = std::ranges::find(kMembers, key, &Member::name);
    if (known == std::ranges::end(kMembers)) {
      return Error(
          ErrorKind::invalid_input,
          fmt::format(
              "issues.{}: there is no {}; others than of jira_create_issue go into fields",
              number,
              clean_text(key, 60)
          )
      );
    }
    mend(member.value(), known->form);
    if (has_form(member.value(), known->form)) continue;
    constexpr std::string_view kForms[] = {"a text", "a list of texts", "a number", "an object"};
    auto const form = kForms[static_cast<std::size_t>(known->form)];
    return Error(
        ErrorKind::invalid_input, fmt::format("issues.{}: {} must be {}", number, key, form)
    );
  }
  return {};
}

// "$0" is the first of the list.
Result<std::vector<Entry>> entries_of(const Invocation& call) {
  std::vector<Entry> entries;
  auto const& issues = call.arguments().at("issues").get_array();
  for (auto const& issue : issues) {
    Entry entry;
    if (issue.is_object()) entry.given = issue.get_object();
    for (auto const* need : {"project", "type", "summary"}) {
      if (entry.given.contains(need)) continue;
      return Error(
          ErrorKind::invalid_input, fmt::format("issues.{} lacks {}", entries.size(), need)
      );
    }
    DAVIT_CHECK(check_members(entry.given, entries.size()));
    auto const parent = json::find_string(issue, "parent").value_or("");
    if (parent.starts_with('$')) {
      std::size_t index = 0;
      auto const digits = parent.substr(1);
      auto const [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
      auto const is_whole = ec == std::errc() && end == digits.data() + digits.size();
      if (!is_whole || index >= issues.size() || index == entries.size()) {
        return Error(
            ErrorKind::invalid_input,
            fmt::format("issues.{}: parent {} is none of the list", entries.size(), parent)
        );
      }
      entry.parent = index;
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

// Those whose parent is there; those whose parent failed fail with it.
std::vector<std::size_t> next_round(std::vector<Entry>& entries) {
  std::vector<std::size_t> round;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto& entry = entries[i];
    if (!entry.is_open()) continue;
    if (entry.parent) {
      auto const& parent = entries[*entry.parent];
      if (!parent.error.empty()) entry.error = "its parent was not created";
      if (parent.key.empty()) continue;
      entry.given["parent"] = parent.key;
    }
    round.push_back(i);
  }
  return round;
}

// Texts anywhere in what Jira says of one issue.
std::string error_text(const json::Value& error) {
  std::string text;
  if (auto const* errors = json::find_object(error, "elementErrors.errors")) {
    for (auto const& member : *errors) {
      auto const* value = member.value().if_string();
      if (value == nullptr) continue;
      text += fmt::format(
          "{}{} {}", text.empty() ? "" : "; ", std::string_view(member.key()), json::view(*value)
      );
    }
  }
  if (auto const* messages = json::find_array(error, "elementErrors.errorMessages")) {
    for (auto const& message : *messages) {
      auto const* value = message.if_string();
      if (value != nullptr)
        text += fmt::format("{}{}", text.empty() ? "" : "; ", json::view(*value));
    }
  }
  return text.empty() ? "Jira refused it" : clean_text(text, 300);
}

// Jira answers the made ones in order, and the others with their place in the request.
void take_answer(
    const json::Value& answer, const std::vector<std::size_t>& round, std::vector<Entry>& entries
) {
  auto const* errors = json::find_array(answer, "errors");
  for (auto const& error : errors == nullptr ? json::Array() : *errors) {
    auto const at = json::find_int(error, "failedElementNumber").value_or(-1);
    if (at < 0 || static_cast<std::size_t>(at) >= round.size()) continue;
    entries[round[static_cast<std::size_t>(at)]].error = error_text(error);
  }
  auto const* issues = json::find_array(answer, "issues");
  std::size_t next = 0;
  for (auto const i : round) {
    auto& entry = entries[i];
    if (!entry.error.empty()) continue;
    auto const* made = issues == nullptr ? nullptr : issues->if_contains(next++);
    auto const key = made == nullptr ? "" : json::find_string(*made, "key").value_or("");
    entry.key = key;
    if (key.empty()) entry.error = "Jira's answer does not say what became of it";
  }
}

// All of them refused is an answer of 400 with the same body.
Result<json::Value> answer_of(Result<json::Value> answer) {
  if (answer || !is_refused_form(answer.error())) return answer;
  auto body = connector::upstream_body_of(answer.error());
  if (json::find_array(body, "errors") == nullptr) return answer;
  return body;
}

Async<> create_round(Invocation call, std::vector<std::size_t> round, std::vector<Entry>* entries) {
  json::Array updates;
  std::vector<std::size_t> sent;
  for (auto const i : round) {
    auto fields = co_await draft_fields(call, (*entries)[i].given);
    if (!fields && fields.error().kind() == ErrorKind::invalid_input) {
      (*entries)[i].error = fields.error().message();
      continue;
    }
    if (!fields) co_return fields.error();
    updates.push_back(json::Object{{"fields", *std::move(fields)}});
    sent.push_back(i);
  }
  if (sent.empty()) co_return Result<>();
  json::Value const body = json::Object{{"issueUpdates", std::move(updates)}};
  auto made = answer_of(co_await call.request(http::Method::post, "/rest/api/3/issue/bulk", body));
  if (!made) co_return made.error();
  take_answer(*made, sent, *entries);
  co_return Result<>();
}

}  // namespace

Async<json::Value> create_issues(Invocation call) {
  DAVIT_CO_TRY(auto entries, entries_of(call));
  std::string broken;
  for (;;) {
    auto const round = next_round(entries);
    if (round.empty()) break;
    auto const done = co_await create_round(call, round, &entries);
    if (done) continue;
    auto const is_first = std::ranges::all_of(entries, &Entry::is_open);
    if (is_first || done.error().kind() == ErrorKind::cancelled) co_return done.error();
    broken = done.error().message();
    break;
  }
  json::Array rows;
  std::size_t created = 0;
  for (auto const& entry : entries) {
    if (!entry.key.empty()) ++created;
    auto const open = broken.empty() ? "its parents wait for one another" : broken;
    json::Object row;
    if (!entry.key.empty()) row["key"] = entry.key;
    if (entry.key.empty()) row["error"] = entry.error.empty() ? open : entry.error;
    rows.push_back(std::move(row));
  }
  co_return json::Object{{"created", created}, {"items", std::move(rows)}};
}

}  // namespace davit::connectors::atlassian
