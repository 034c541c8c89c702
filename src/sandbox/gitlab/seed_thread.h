// Tells the comments and threads of one issue or merge request of the seed.
#pragma once

#include <string_view>

#include "sandbox/gitlab/store.h"

namespace davit::sandbox::gitlab {

class Thread {
 public:
  Thread(Store& store, Issuable& on) : store_(store), on_(on) {}

  Thread& comment(Id author, std::string_view when, std::string_view body);
  Thread& system(Id author, std::string_view when, std::string_view body);
  // Opens a thread; `on_line`, `reply` and `resolve` go on with it.
  Thread& thread(Id author, std::string_view when, std::string_view body);
  // On the first line of the new file that contains `line`.
  Thread& on_line(
      const Project& project, const MergeRequest& mr, std::string_view path, std::string_view line
  );
  Thread& reply(Id author, std::string_view when, std::string_view body);
  Thread& resolve(Id by, std::string_view when);

 private:
  Note& last() { return on_.discussions.back().notes.back(); }
  void open(bool is_individual);
  Thread& say(Id author, std::string_view when, std::string_view body, bool is_resolvable);

  Store& store_;
  Issuable& on_;
};

}  // namespace davit::sandbox::gitlab
