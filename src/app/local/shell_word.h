// A word on the command line of a shell.
#pragma once

#include <string>
#include <string_view>

namespace davit::app {

// True when every shell takes it as it stands: only letters, digits and ._=/:@+-.
bool is_plain_word(std::string_view word);
// For a command that a person copies: quoted when it is not plain.
std::string shell_word(const std::string& word);

}  // namespace davit::app
