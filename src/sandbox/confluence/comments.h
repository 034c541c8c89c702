// Comments: what reading and writing them share.
#pragma once

#include "sandbox/confluence/answers.h"

namespace davit::sandbox::confluence {

// The comment of a path's id, of the kind that the path names, or 404.
Or<Comment*> comment_arg(World& world, const Call& call, bool is_inline);

}  // namespace davit::sandbox::confluence
