// Where HAProxy reads its configuration: from a file that people can look at, and from memory when
// that cannot be written, as on a full disk.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "async/listener.h"
#include "base/log.h"
#include "targets/local/haproxy_process.h"

namespace davit::local {

class HaproxySource {
 public:
  HaproxySource(std::filesystem::path file, log::Logger logger)
      : file_(std::move(file)), logger_(std::move(logger)) {}

  // What the file shall say, for the next HAProxy and for people; it is left alone when it says so
  // already. The one that runs does not read it before a reload, so a failure is only logged.
  void note(std::string_view text);

  // For a HAProxy that is to be started.
  struct Given {
    std::string name;  // for its `-f`
    Descriptor input;  // its standard input, when it is read from there
  };
  // Errors: unavailable.
  Result<Given> give(std::string_view text);

  // For a reload of the one that runs. Errors: unavailable.
  Result<> give_anew(const HaproxyProcess& process, std::string_view text);

 private:
  Result<> save(std::string_view text);

  std::filesystem::path file_;
  log::Logger logger_;
};

}  // namespace davit::local
