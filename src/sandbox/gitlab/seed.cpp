#include "sandbox/gitlab/seed.h"

namespace davit::sandbox::gitlab {

Store make_seed(Time start) {
  Store store;
  seed_people(store);
  seed_projects(store);
  seed_api_code(store);
  seed_other_code(store);
  seed_merge_requests(store);
  seed_issues(store);
  seed_pipelines(store);
  seed_artifacts(store);
  seed_story(store, start);
  return store;
}

}  // namespace davit::sandbox::gitlab
