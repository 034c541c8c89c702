// What a supervisor that starts makes of the journals that it finds.
#include <fmt/format.h>

#include "app/local/journals.h"
#include "app/local/operator.h"

namespace davit::app {

Result<Operator::GoneOn> Operator::go_on(const manifest::Manifest& manifest) {
  GoneOn result;
  auto const folder = parts_.folder.journals();
  auto const journals = look_at_journals(folder);
  for (auto const& file : journals.unreadable) {
    result.remarks.push_back(fmt::format("the journal {} cannot be read and is left out", file));
  }
  if (auto const newest = check_newest(journals); !newest) {
    result.remarks.push_back("no deploy begins: " + newest.error().message());
  }
  auto const close = [&](const std::string& release, std::string_view why) {
    auto const now = std::chrono::floor<std::chrono::milliseconds>(parts_.clock->now());
    auto const closed = close_journal(folder, release, now);
    auto const rest = closed ? "" : "; its journal cannot be closed: " + closed.error().message();
    result.remarks.push_back(fmt::format("{} was interrupted {}{}", release, why, rest));
  };
  for (auto const& release : journals.overtaken) {
    close(release, "and is not gone on with: a newer release began since");
  }
  for (auto const& release : journals.unbegun) close(release, "before it began");
  if (!journals.open) return result;
  auto const& origin = journals.open->origin;
  auto options = make_driver_options(manifest, parts_.folder.evidence(), origin.allows_breaking);
  auto const gone_on = options ? parts_.releases->go_on(origin.release, *std::move(options))
                               : Result<>(std::move(options).error());
  if (!gone_on) {
    parts_.releases->give_up(*journals.open, gone_on.error().message());
    return gone_on.error();
  }
  result.release = origin.release;
  return result;
}

}  // namespace davit::app
