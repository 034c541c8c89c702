// Saved queries of Logs Insights over the lines that davitd writes.
#pragma once

#include <string>
#include <string_view>

#include "infra/parts.h"

namespace davit::infra {

struct SavedQuery {
  std::string_view id;
  std::string_view name;  // behind the deployment's
  std::string_view text;
  std::string_view parameter = {};  // {{parameter}} in the text is asked for
  std::string_view hint = {};       // of the parameter
  bool of_functions = false;        // reads what Lambda writes itself
};

// The one of that name, which must exist.
const SavedQuery& saved_query(std::string_view name);

// The log groups in which calls are, of containers or functions with davitd in them.
Values call_logs(const manifest::Manifest& manifest, const Parts& parts);

}  // namespace davit::infra
