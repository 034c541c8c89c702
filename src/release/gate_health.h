// What a health page says. Inside the gate only.
#pragma once

#include <string>
#include <string_view>

namespace davit::release {

struct Health {
  bool is_good = false;
  std::string detail;
};

// Of the page that a server answered with `status`. A page that is no JSON is as good as its
// status; one that names a state has to name a good one, and so have davitd's servers: `server`, or
// all of them when it does not know that name.
Health read_health(int status, std::string_view body, std::string_view server);

}  // namespace davit::release
