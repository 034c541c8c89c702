// The path of the roles that tasks run with, and nothing else has: who may pass roles under it may
// release every task, and no longer a list than this is needed for that.
#pragma once

#include <string>

#include "manifest/manifest.h"

namespace davit::infra {

inline std::string path_of_task_roles(const manifest::Manifest& manifest) {
  return '/' + manifest.stack_name() + "/tasks/";
}

}  // namespace davit::infra
