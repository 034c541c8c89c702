// Parts of an issue that stand alone and inside other answers.
#pragma once

#include "json/json.h"
#include "sandbox/atlassian/store.h"

namespace davit::sandbox::atlassian {

json::Object created_json(const Store& store, const Issue& issue);
json::Array transitions_json(const Store& store, const Issue& issue, bool with_fields);
json::Object editmeta_json(const Store& store, const Issue& issue);
// Newest first, at most 100. Known of "expand=changelog".
json::Object changelog_json(const Store& store, const Issue& issue);

}  // namespace davit::sandbox::atlassian
