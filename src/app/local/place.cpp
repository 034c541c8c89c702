// The place that a command was given, in what it says to do next.
#include <algorithm>

#include "app/local/client.h"
#include "app/local/shell_word.h"

namespace davit::app {
namespace {

std::string flags_of(const Place& place, bool with_environment) {
  std::string flags;
  if (place.file != "davit.yaml") flags += " --file " + shell_word(place.file);
  if (with_environment && !place.environment.empty()) {
    flags += " -e " + shell_word(place.environment);
  }
  if (!place.state.empty()) flags += " --state " + shell_word(place.state);
  return flags;
}

// The commands that take a place.
struct Verb {
  std::string_view name;
  bool has_environment = false;
};
constexpr Verb kVerbs[] = {
    {"up", true},
    {"deploy", true},
    {"rollback", true},
    {"doctor", true},
    {"status"},
    {"wait"},
    {"continue"},
    {"stop"},
    {"scale"},
    {"logs"},
    {"history"},
};

// None behind a command that takes no place.
std::string flags_behind(std::string_view name, const Place& place) {
  auto const verb = std::ranges::find(kVerbs, name, &Verb::name);
  return verb == std::end(kVerbs) ? "" : flags_of(place, verb->has_environment);
}

}  // namespace

std::string Place::command(std::string_view verb) const {
  return "davit " + std::string(verb) + flags_behind(verb, *this);
}

std::string Place::in_hints(std::string text) const {
  constexpr std::string_view kBegin = "`davit ";
  for (auto at = text.find(kBegin); at != text.npos; at = text.find(kBegin, at)) {
    at += kBegin.size();
    auto const end = std::min(text.find_first_of(" `", at), text.size());
    text.insert(end, flags_behind(std::string_view(text).substr(at, end - at), *this));
  }
  return text;
}

std::string in_hints(std::string line, const Look& look) {
  return look.place == nullptr ? line : look.place->in_hints(std::move(line));
}

}  // namespace davit::app
