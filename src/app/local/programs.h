// Programs: where those are that a deployment on this machine needs.
#pragma once

#include <filesystem>
#include <string>

#include "manifest/manifest.h"

namespace davit::app {

// davitd as the command line says, as the manifest says, or the one beside davit.
std::filesystem::path davitd_program(const std::string& given, const manifest::Manifest& manifest);

}  // namespace davit::app
