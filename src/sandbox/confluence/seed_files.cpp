#include "base/base64.h"
#include "sandbox/confluence/seed.h"

namespace davit::sandbox::confluence {
namespace {

// One red pixel.
constexpr std::string_view kPng =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJg"
    "gg==";

constexpr std::string_view kPoolLog =
    "18:04:11 in_use=4 waiting=0\n18:04:12 in_use=4 waiting=17\n18:04:13 in_use=4 waiting=212\n"
    "18:04:15 PoolExhaustedError\n";

}  // namespace

void seed_files(Seed& seed) {
  auto& log = seed.file(
      98901, kRunbookPage, "pool metrics.txt", "text/plain", "in_use=3\n", seed.days_ago(120)
  );
  log.versions.push_back(
      {.number = 2,
       .author = account_id(story::kTomas),
       .created = seed.days_ago(20),
       .message = "From the rehearsal",
       .content = std::string(kPoolLog)}
  );
  seed.file(
      98902,
      kRunbookPage,
      "pool.png",
      "image/png",
      base64_decode(kPng).value_or(""),
      seed.days_ago(20)
  );
  seed.file(
      98903,
      kPostMortemPage,
      "requests.csv",
      "text/csv",
      "time,status,count\n" + std::string(3'000'000, '7'),
      seed.before(std::chrono::minutes(12))
  );
}

}  // namespace davit::sandbox::confluence
