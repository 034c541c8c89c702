#include "sandbox/confluence/hits.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/strings.h"
#include "sandbox/confluence/adf.h"
#include "sandbox/confluence/answers.h"
#include "sandbox/sorted.h"

namespace davit::sandbox::confluence {
namespace {

Hit page_hit(const Store& store, const Page& page) {
  return {
      .type = "page",
      .page = &page,
      .space = &store.spaces.at(page.space),
      .id = fmt::format("{}", page.id),
      .title = page.title(),
      .text = adf_text(page.latest().body),
      .creator = page.author,
      .created = page.created,
      .modified = page.latest().created
  };
}

// What lies on a page that is there.
const Page* page_of(const Store& store, Id id) {
  auto const found = store.pages.find(id);
  if (found == store.pages.end() || found->second.status != "current") return nullptr;
  return &found->second;
}

// "-7d", "+1w", "2h"; CQL has y M w d h m.
std::optional<std::chrono::milliseconds> offset_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t number = 0;
  auto const [stop, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || stop + 1 != text.data() + text.size()) return std::nullopt;
  using namespace std::chrono;
  switch (*stop) {
    case 'y': return number * hours(24 * 365);
    case 'M': return number * hours(24 * 30);
    case 'w': return number * hours(24 * 7);
    case 'd': return number * hours(24);
    case 'h': return number * hours(1);
    case 'm': return number * minutes(1);
    default: return std::nullopt;
  }
}

// now("-7d"), startOfDay(), or a date with or without time.
std::optional<Time> time_of(std::string_view text, Time now) {
  auto const open = text.find('(');
  if (open != text.npos && text.ends_with(')')) {
    auto const name = text.substr(0, open);
    auto const inner = text.substr(open + 1, text.size() - open - 2);
    auto const offset = inner.empty() ? std::chrono::milliseconds(0) : offset_of(inner);
    if (!offset) return std::nullopt;
    if (name == "now") return now + *offset;
    auto const day = std::chrono::floor<std::chrono::days>(now);
    if (name == "startofday") return Time(day) + *offset;
    std::chrono::year_month_day const date(day);
    if (name == "startofmonth") {
      return Time(std::chrono::sys_days(date.year() / date.month() / 1)) + *offset;
    }
    if (name == "startofyear") return Time(std::chrono::sys_days(date.year() / 1 / 1)) + *offset;
    if (name == "startofweek") {
      auto const weekday = std::chrono::weekday(day);
      return Time(day - (weekday - std::chrono::Monday)) + *offset;
    }
    return std::nullopt;
  }
  std::string iso(text);
  std::ranges::replace(iso, '/', '-');
  if (iso.size() > 10 && iso[10] == ' ') iso[10] = 'T';
  return parse_time(iso);
}

Result<bool> compare_time(Time have, const Cql& clause, Time now) {
  auto const wanted = time_of(clause.values.front(), now);
  if (!wanted) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format("Could not parse cql : Invalid date '{}'", clause.values.front())
    );
  }
  auto const& op = clause.op;
  if (op == ">") return have > *wanted;
  if (op == ">=") return have >= *wanted;
  if (op == "<") return have < *wanted;
  if (op == "<=") return have <= *wanted;
  auto const is_same =
      std::chrono::floor<std::chrono::days>(have) == std::chrono::floor<std::chrono::days>(*wanted);
  return op == "!=" ? !is_same : is_same;
}

std::vector<std::string> search_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (char const c : to_lower(text) + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '*' ||
        (c & 0x80) != 0) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

bool holds_word(const std::vector<std::string>& all, std::string_view wanted) {
  auto const is_prefix = wanted.ends_with('*');
  if (is_prefix) wanted.remove_suffix(1);
  return std::ranges::any_of(all, [&](auto const& word) {
    return is_prefix ? word.starts_with(wanted) : word == wanted;
  });
}

// All words, in any order; with quotes inside, as a phrase.
bool holds_text(std::string_view text, std::string_view wanted) {
  if (wanted.size() > 1 && wanted.starts_with('"') && wanted.ends_with('"')) {
    return to_lower(text).find(to_lower(wanted.substr(1, wanted.size() - 2))) != std::string::npos;
  }
  auto const have = search_words(text);
  auto const words = search_words(wanted);
  return !words.empty() &&
         std::ranges::all_of(words, [&](auto const& word) { return holds_word(have, word); });
}

// What a field of a hit says, for = and in. Empty: nothing, which equals no value.
std::vector<std::string> values_of(const Store& store, const Hit& hit, std::string_view field) {
  if (field == "type") return {hit.type};
  if (field == "title") return {hit.title};
  if (field == "id" || field == "content") return {hit.id};
  if (field == "creator") return {hit.creator};
  if (field.starts_with("user")) {
    if (hit.user == nullptr) return {};
    return {account_id(*hit.user), std::string(hit.user->name)};
  }
  if (field.starts_with("space")) {
    if (hit.space == nullptr) return {};
    return {field == "space.type" ? hit.space->type : hit.space->key};
  }
  std::vector<std::string> all;
  if (hit.page == nullptr) return all;
  if (field == "parent") all.push_back(fmt::format("{}", hit.page->parent));
  if (field == "label" && hit.type == "page") {
    for (auto const id : hit.page->labels) all.push_back(store.labels.at(id));
  }
  if (field == "ancestor") {
    for (auto const* one : store.ancestors(*hit.page)) all.push_back(fmt::format("{}", one->id));
  }
  if (field == "contributor") {
    for (auto const& version : hit.page->versions) all.push_back(version.author);
  }
  return all;
}

bool equals_any(const std::vector<std::string>& have, const std::vector<std::string>& wanted) {
  return std::ranges::any_of(have, [&](auto const& one) {
    return std::ranges::any_of(wanted, [&](auto const& other) {
      return iequals(one, other == "currentuser()" ? caller() : other);
    });
  });
}

bool matches_text(const Hit& hit, std::string_view field, std::string_view wanted) {
  if (field == "title") return holds_text(hit.title, wanted);
  if (field == "space") return hit.space != nullptr && holds_text(hit.space->name, wanted);
  if (field.starts_with("user")) return hit.user != nullptr && holds_text(hit.title, wanted);
  return holds_text(hit.title + "\n" + hit.text, wanted);
}

Result<bool> clause_meant(const Store& store, const Hit& hit, const Cql& clause, Time now) {
  if (clause.field == "created") return compare_time(hit.created, clause, now);
  if (clause.field == "lastmodified") return compare_time(hit.modified, clause, now);
  auto const is_text = clause.field == "text" || clause.field == "sitesearch";
  auto const is_like = clause.op == "~" || clause.op == "!~";
  if (clause.op.starts_with('<') || clause.op.starts_with('>') || (is_text && !is_like)) {
    return Error(
        ErrorKind::invalid_input,
        fmt::format(
            "Could not parse cql : Operator '{}' is not supported by field '{}'",
            clause.op,
            clause.field
        )
    );
  }
  auto const found = is_like ? matches_text(hit, clause.field, clause.values.front())
                             : equals_any(values_of(store, hit, clause.field), clause.values);
  return found != (clause.op.starts_with('!') || clause.op == "not in");
}

}  // namespace

std::vector<Hit> all_hits(const Store& store) {
  std::vector<Hit> hits;
  for (auto const& [id, page] : store.pages) {
    if (page.status == "current") hits.push_back(page_hit(store, page));
  }
  for (auto const& [id, comment] : store.comments) {
    auto const* page = page_of(store, comment.page);
    if (page == nullptr) continue;
    auto hit = page_hit(store, *page);
    hit.type = "comment";
    hit.comment = &comment;
    hit.id = fmt::format("{}", id);
    hit.title = "Re: " + page->title();
    hit.text = adf_text(comment.latest().body);
    hit.creator = comment.versions.front().author;
    hit.created = comment.versions.front().created;
    hit.modified = comment.latest().created;
    hits.push_back(std::move(hit));
  }
  for (auto const& [id, attachment] : store.attachments) {
    auto const* page = page_of(store, attachment.page);
    if (page == nullptr || attachment.status != "current") continue;
    auto hit = page_hit(store, *page);
    hit.type = "attachment";
    hit.attachment = &attachment;
    hit.id = fmt::format("att{}", id);
    hit.title = attachment.title;
    hit.text = attachment.latest().message;
    hit.creator = attachment.versions.front().author;
    hit.created = attachment.created;
    hit.modified = attachment.latest().created;
    hits.push_back(std::move(hit));
  }
  for (auto const& [id, space] : store.spaces) {
    Hit hit{.type = "space", .space = &space, .id = fmt::format("{}", id), .title = space.name};
    hit.text = space.description;
    hit.creator = space.author;
    hit.created = hit.modified = space.created;
    hits.push_back(std::move(hit));
  }
  for (auto const& person : story::kPeople) {
    Hit hit{.type = "user", .user = &person, .id = account_id(person)};
    hit.title = person.name;
    hits.push_back(std::move(hit));
  }
  return hits;
}

Result<bool> is_meant(const Store& store, const Hit& hit, const Cql& query, Time now) {
  if (query.kind == Cql::Kind::clause) return clause_meant(store, hit, query, now);
  bool any = false;
  bool all = true;
  // Every part is looked at, so that what is wrong is found whatever the data.
  for (auto const& part : query.parts) {
    DAVIT_TRY(auto const one, is_meant(store, hit, part, now));
    any |= one;
    all &= one;
  }
  if (query.kind == Cql::Kind::any_of) return any;
  return query.kind == Cql::Kind::all_of ? all : !any;
}

void sort_hits(std::vector<Hit>& hits, const std::vector<CqlOrder>& order) {
  for (auto by = order.rbegin(); by != order.rend(); ++by) {
    sort_keeping_order(hits, [&](const Hit& a, const Hit& b) {
      auto const& low = by->is_descending ? b : a;
      auto const& high = by->is_descending ? a : b;
      if (by->field == "created") return low.created < high.created;
      if (by->field == "lastmodified") return low.modified < high.modified;
      if (by->field == "title") return to_lower(low.title) < to_lower(high.title);
      return low.id < high.id;
    });
  }
}

std::vector<std::string> words_of(const Cql& query) {
  std::vector<std::string> words;
  if (query.kind == Cql::Kind::clause) {
    if (query.op != "~" || query.values.empty()) return words;
    words = search_words(query.values.front());
    for (auto& word : words) std::erase(word, '*');
    return words;
  }
  if (query.kind == Cql::Kind::none_of) return words;
  for (auto const& part : query.parts) {
    for (auto& word : words_of(part)) words.push_back(std::move(word));
  }
  return words;
}

}  // namespace davit::sandbox::confluence
