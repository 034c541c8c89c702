#include "targets/local/state.h"

#include <fmt/format.h>

#include "json/pretty.h"
#include "targets/local/files.h"
#include "targets/local/numbers.h"

namespace davit::local {
namespace {

constexpr std::size_t kMostBytes = 16 * 1024 * 1024;
// Counted up by one for each task there ever was.
constexpr Limits kIds{1, 1'000'000'000'000};

json::Object numbers_to_json(const std::map<std::string, int>& numbers) {
  json::Object object;
  for (auto const& [name, number] : numbers) object[name] = number;
  return object;
}

Result<std::map<std::string, int>> numbers_of(
    const json::Value& value, std::string_view key, Limits limits
) {
  std::map<std::string, int> numbers;
  auto const* object = json::find_object(value, key);
  if (object == nullptr) return numbers;
  for (auto const& item : *object) {
    auto const name = fmt::format("{}.{}", key, std::string_view(item.key()));
    DAVIT_TRY(numbers[item.key()], check_number(name, &item.value(), limits));
  }
  return numbers;
}

Result<SavedTask> saved_task(const json::Value& value) {
  SavedTask task;
  DAVIT_TRY(task.record, task_from_json(value));
  DAVIT_TRY(task.restarts, read_number(value, "restarts", kCounts, 0));
  task.is_leaving = json::find_bool(value, "is_leaving").value_or(false);
  // What was written before there was this had weight in any case.
  task.was_healthy = json::find_bool(value, "was_healthy").value_or(true);
  task.was_told = json::find_bool(value, "was_told").value_or(false);
  return task;
}

}  // namespace

const std::string& serving(const SavedState& state) {
  return state.percent == 100 || state.blue.empty() ? state.green : state.blue;
}

json::Object to_json(const SavedState& state) {
  json::Array tasks;
  for (auto const& task : state.tasks) {
    auto object = to_json(task.record);
    object["restarts"] = task.restarts;
    object["is_leaving"] = task.is_leaving;
    object["was_healthy"] = task.was_healthy;
    object["was_told"] = task.was_told;
    tasks.push_back(std::move(object));
  }
  return {
      {"next_id", state.next_id},
      {"green", state.green},
      {"blue", state.blue},
      {"percent", state.percent},
      {"wanted", numbers_to_json(state.wanted)},
      {"counts", numbers_to_json(state.counts)},
      {"tasks", std::move(tasks)},
  };
}

Result<SavedState> state_from_json(const json::Value& value) {
  auto const green = json::find_string(value, "green");
  auto const blue = json::find_string(value, "blue");
  auto const* tasks = json::find_array(value, "tasks");
  if (!green || !blue || tasks == nullptr)
    return Error(ErrorKind::protocol, "green, blue or tasks are missing");
  SavedState state;
  state.green = *green;
  state.blue = *blue;
  DAVIT_TRY(state.next_id, read_number<std::int64_t>(value, "next_id", kIds));
  DAVIT_TRY(state.percent, read_number(value, "percent", kPercents));
  DAVIT_TRY(state.wanted, numbers_of(value, "wanted", kPercents));
  DAVIT_TRY(state.counts, numbers_of(value, "counts", kTaskCounts));
  for (auto const& item : *tasks) {
    DAVIT_TRY(auto task, saved_task(item));
    state.tasks.push_back(std::move(task));
  }
  return state;
}

Result<SavedState> load_state(const std::filesystem::path& folder) {
  auto const file = folder / "state.json";
  auto const text = read_file(file, kMostBytes);
  if (!text && text.error().kind() == ErrorKind::not_found) return SavedState();
  if (!text) return text.error();
  auto const value = json::parse(*text);
  auto state = value ? state_from_json(*value) : Result<SavedState>(value.error());
  if (state) return state;
  return Error(
      ErrorKind::protocol,
      fmt::format(
          "{} cannot be read: {}; when its processes have ended, remove it and run `davit up` "
          "again",
          file.string(),
          state.error().message()
      )
  );
}

Result<> save_state(const std::filesystem::path& folder, const SavedState& state) {
  return write_atomically(folder / "state.json", json::pretty(to_json(state)) + '\n');
}

}  // namespace davit::local
