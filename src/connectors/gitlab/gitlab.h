// The GitLab connector, for GitLab.com and self-managed instances from 16.7 on. README.md says
// which token it needs.
#pragma once

#include "connector/connector.h"

namespace davit::connectors::gitlab {

extern const connector::Connector connector;

}  // namespace davit::connectors::gitlab
