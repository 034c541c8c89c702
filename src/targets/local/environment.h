// What programs that are not ours get of our environment: the tokens of whoever runs us, and those
// of other servers, are not theirs.
#pragma once

#include <string>
#include <vector>

namespace davit::local {

// "NAME=value", as ours is.
std::vector<std::string> whole_environment();

// Of it, what says where programs, files and texts are, who runs us, and how to reach the outside:
// PATH, HOME, USER, LOGNAME, SHELL, LANG, LC_*, TZ, TMPDIR, SSL_CERT_*, and the proxies.
std::vector<std::string> plain_environment();

}  // namespace davit::local
