#include "release/journal.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "release/folder_fixture.h"
#include "release/state_fixture.h"
#include "release/time_text.h"
#include "support/file_size_limit.h"

namespace davit::release {
namespace {

using namespace std::chrono_literals;
using rollout::Event;
using rollout::Stage;
using rollout::State;
using ::testing::HasSubstr;

Event event_at(std::int64_t ms, Event::Kind kind, std::uint64_t number = 0) {
  return {kind, at(ms), number, ""};
}

Origin origin_of(const std::string& release) {
  Origin origin;
  origin.release = release;
  origin.previous = "blue-1";
  origin.actor = "ada@build-7";
  origin.command = "davit deploy --strategy canary";
  origin.commit = "4711abc";
  origin.committed_at = at(1'795'000'000'000);
  origin.strategy = "canary";
  origin.allows_breaking = true;
  return origin;
}

TEST(Journal, TellsWhereTheReleaseStandsWhenItIsOpenedAgain) {
  Folder const folder;
  {
    auto journal = Journal::create(folder.path / "new" / "folder", origin_of("green-2"));
    ASSERT_TRUE(journal) << journal.error().message();
    EXPECT_EQ(journal->state().stage, Stage::planned);
    ASSERT_TRUE(journal->write(event_at(5, Event::Kind::succeeded, 7), full_state()));
    ASSERT_TRUE(journal->note(at(6), "gate", {{"passed", true}}));
  }
  auto const again = Journal::open(folder.path / "new" / "folder", "green-2");
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->state(), full_state());
  EXPECT_EQ(again->origin().actor, "ada@build-7");
  EXPECT_EQ(again->origin().committed_at, at(1'795'000'000'000));
  EXPECT_TRUE(again->origin().allows_breaking);
}

TEST(Journal, OfAnOlderDavitAllowsNothing) {
  Folder const folder;
  write_text(
      folder.path / "x.jsonl",
      "{\"journal\":1,\"at\":\"2026-11-22T00:00:00.000Z\",\"release\":\"x\"}\n"
  );
  auto const journal = Journal::open(folder.path, "x");
  ASSERT_TRUE(journal) << journal.error().message();
  EXPECT_FALSE(journal->origin().allows_breaking);
}

TEST(Journal, IsForItsOwnerOnly) {
  using std::filesystem::perms;
  Folder const folder;
  auto const before = ::umask(0);
  auto const journal = Journal::create(folder.path / "new" / "folder", origin_of("green-2"));
  ::umask(before);
  ASSERT_TRUE(journal) << journal.error().message();
  auto const mode = [](const auto& path) { return std::filesystem::status(path).permissions(); };
  EXPECT_EQ(mode(journal->file()), perms::owner_read | perms::owner_write);
  EXPECT_EQ(mode(folder.path / "new"), perms::owner_all);
  EXPECT_EQ(mode(folder.path / "new" / "folder"), perms::owner_all);
}

TEST(Journal, ALineThatWasCutOffIsRemovedAndTheNextOneIsWhole) {
  Folder const folder;
  {
    auto journal = Journal::create(folder.path, origin_of("green-2"));
    ASSERT_TRUE(journal->write(event_at(5, Event::Kind::tick), full_state()));
  }
  auto const file = folder.path / "green-2.jsonl";
  auto const whole = text_of(file);
  auto later = full_state();
  later.stage = Stage::removing;
  // Wherever the disk stopped, and with the zeros that some file systems leave.
  for (auto const* rest : {"{", "{\"at\":\"1970-01-01T00:00:00.006Z\",\"event\":\"tick\"}"}) {
    for (auto const& torn : {std::string(rest), std::string(rest) + std::string(100, '\0')}) {
      write_text(file, whole + torn);
      auto journal = Journal::open(folder.path, "green-2");
      ASSERT_TRUE(journal) << journal.error().message();
      EXPECT_EQ(journal->state(), full_state());
      EXPECT_EQ(text_of(file), whole);
      ASSERT_TRUE(journal->write(event_at(7, Event::Kind::tick), later));
      EXPECT_EQ(Journal::open(folder.path, "green-2")->state(), later);
    }
  }
}

TEST(Journal, AReleaseThatWasThereBeforeIsNotWrittenOver) {
  Folder const folder;
  ASSERT_TRUE(Journal::create(folder.path, origin_of("green-2")));
  auto const before = text_of(folder.path / "green-2.jsonl");
  auto const second = Journal::create(folder.path, origin_of("green-2"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::conflict);
  EXPECT_THAT(second.error().message(), HasSubstr("another name"));
  EXPECT_EQ(text_of(folder.path / "green-2.jsonl"), before);
  // No draft stays behind.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path), {}), 1);
}

// A process that was killed just after the journal had got its name leaves the draft, which is the
// same file; its pid comes again, in a container each time.
TEST(Journal, ADraftOfAKilledProcessIsNotTheJournalToEmpty) {
  Folder const folder;
  ASSERT_TRUE(Journal::create(folder.path, origin_of("green-2")));
  auto const file = folder.path / "green-2.jsonl";
  auto const before = text_of(file);
  auto const draft = folder.path / fmt::format(".green-2.jsonl.{}", ::getpid());
  std::filesystem::create_hard_link(file, draft);
  auto const second = Journal::create(folder.path, origin_of("green-2"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::conflict);
  EXPECT_EQ(text_of(file), before);
  EXPECT_FALSE(std::filesystem::exists(draft));
}

TEST(Journal, NoNameLeadsOutOfTheFolder) {
  Folder const folder;
  for (auto const& name :
       {std::string(""),
        std::string("../x"),
        std::string("a/b"),
        std::string(".hidden"),
        std::string("a b"),
        std::string("a\n"),
        std::string("a\0b", 3),
        std::string(129, 'a'),
        std::string("\xFF")}) {
    EXPECT_EQ(
        Journal::create(folder.path, origin_of(name)).error().kind(), ErrorKind::invalid_input
    );
    EXPECT_EQ(Journal::open(folder.path, name).error().kind(), ErrorKind::invalid_input);
    EXPECT_EQ(read_record(folder.path, name).error().kind(), ErrorKind::invalid_input);
  }
  EXPECT_TRUE(Journal::create(folder.path, origin_of("v1.2.3-rc_4")));
}

TEST(Journal, ForeignFilesAreErrorsThatNameTheLine) {
  Folder const folder;
  auto const file = folder.path / "x.jsonl";
  auto const first = std::string(R"({"journal":1,"at":"2026-11-22T00:00:00.000Z","release":"x"})");
  struct Case {
    std::string text;
    std::string says;
  };
  for (auto const& [text, says] : {
           Case{"", "no whole line"},
           Case{std::string(1000, '\0'), "no whole line"},
           Case{"hello\n", "x.jsonl:1"},
           Case{"[]\n", "x.jsonl:1: a line of a journal is an object"},
           Case{"{}\n", "x.jsonl:1: this is no journal"},
           Case{
               R"({"journal":2,"release":"x"})"
               "\n",
               "format 2"
           },
           Case{
               R"({"journal":1,"release":"y"})"
               "\n",
               "the journal of 'y'"
           },
           Case{first + "\n{}\n", "x.jsonl:2"},
           Case{fmt::format("{0}\n{0}\n", first), "x.jsonl:2"},
           Case{
               first + "\n" +
                   R"({"at":"now","note":"x"})"
                   "\n",
               "x.jsonl:2: 'at'"
           },
           Case{
               first + "\n" +
                   R"({"at":"2026-11-22T00:00:00.000Z","event":"tick","state":{}})"
                   "\n",
               "x.jsonl:2: 'stage'"
           },
           Case{first + "\n\n", "x.jsonl:2"},
           Case{first + "\n" + std::string(100'000, '['), ""},
           Case{first + "\n" + std::string(100'000, '[') + "\n", "x.jsonl:2"},
       }) {
    write_text(file, text);
    auto const journal = Journal::open(folder.path, "x");
    auto const record = read_record(folder.path, "x");
    EXPECT_EQ(journal.has_value(), says.empty()) << text;
    EXPECT_EQ(record.has_value(), says.empty()) << text;
    if (journal || record) continue;
    EXPECT_EQ(journal.error().kind(), ErrorKind::protocol);
    EXPECT_THAT(journal.error().message(), HasSubstr(says));
  }
  EXPECT_EQ(Journal::open(folder.path, "nothing").error().kind(), ErrorKind::not_found);
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_FALSE(Journal::open(folder.path, "x"));
  std::filesystem::remove(file);
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_FALSE(Journal::open(folder.path, "x"));
  std::filesystem::remove(file);
  std::filesystem::create_symlink("/dev/zero", file);
  EXPECT_FALSE(Journal::open(folder.path, "x"));
}

// As when the disk is full: the file may not grow.
TEST(Journal, AfterAFailedWriteNothingMoreIsWritten) {
  Folder const folder;
  auto journal = Journal::create(folder.path, origin_of("green-2"));
  ASSERT_TRUE(journal->write(event_at(1, Event::Kind::begin), full_state()));
  auto later = full_state();
  later.stage = Stage::removing;
  auto failed = Result<>();
  {
    testing::FileSizeLimit const limit(std::filesystem::file_size(journal->file()) + 20);
    failed = journal->write(event_at(2, Event::Kind::tick), later);
  }
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::unavailable);
  EXPECT_THAT(failed.error().message(), HasSubstr(journal->file().string()));
  EXPECT_EQ(journal->state(), full_state());
  EXPECT_FALSE(journal->write(event_at(3, Event::Kind::tick), later));
  EXPECT_FALSE(journal->note(at(3), "x", {}));
  EXPECT_EQ(Journal::open(folder.path, "green-2")->state(), full_state());
}

TEST(Journal, AFolderThatCannotBeMadeIsAnError) {
  Folder const folder;
  write_text(folder.path / "file", "");
  auto const journal = Journal::create(folder.path / "file" / "below", origin_of("x"));
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().kind(), ErrorKind::unavailable);
}

TEST(Journal, ANoteThatIsTooLongSaysSo) {
  Folder const folder;
  auto journal = Journal::create(folder.path, origin_of("x"));
  ASSERT_TRUE(journal->note(at(1), "gate", {{"text", std::string(300'000, 'x')}}));
  auto const record = read_record(folder.path, "x");
  ASSERT_EQ(record->notes.size(), 1);
  EXPECT_THAT(json::to_text(record->notes[0]), HasSubstr("bytes, more than"));
}

TEST(TimeText, IsTheTimeAgain) {
  for (auto const ms : {0LL, 1LL, 1'795'262'400'042LL, 253'402'300'799'999LL, -1LL}) {
    EXPECT_EQ(parse_time(to_text(at(ms))), at(ms)) << to_text(at(ms));
  }
  EXPECT_EQ(to_text(at(1'795'262'400'042)), "2026-11-21T12:00:00.042Z");
  for (auto const* text :
       {"",
        "now",
        "2026-11-21T12:00:00Z",
        "2026-13-21T12:00:00.000Z",
        "2026-02-30T12:00:00.000Z",
        "2026-11-21T24:00:00.000Z",
        "2026-11-21 12:00:00.000Z"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
  EXPECT_EQ(to_text(rollout::Time::max()), "9999-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace davit::release
