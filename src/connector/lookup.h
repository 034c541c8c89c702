// Lookup: from the name that people use to the id that an API wants, as data. One row of the answer
// must have that name; with none or several the error lists up to five candidates, because a guess
// would page the wrong team.
#pragma once

#include "connector/keep.h"

namespace davit::connector {

struct Lookup {
  Str what;            // "service", in messages
  Str path;            // a GET with {.value}: "/services?query={.value}&limit=25"
  Str root = {};       // where the answer has its rows; empty takes it whole
  Str id = "id";       // path of the id in a row
  Str names = "name";  // paths that may hold the name, compared without case, divided by blanks
  // True for a text that is an id already and is sent as it is.
  bool (*is_id)(Str value) = nullptr;
  // A value that stands for the caller ("me"), and the GET that says who that is, with its id's
  // path.
  Str self_path = {};
  Str self_id = "id";
};

}  // namespace davit::connector
