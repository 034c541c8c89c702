// What issues and merge requests have in common: filters of lists, edits, system notes.
#pragma once

#include <vector>

#include "sandbox/gitlab/call.h"

namespace davit::sandbox::gitlab {

// Filters that both kinds of lists declare; each adds its own.
inline constexpr Param kIssuableFilters[] = {
    {"author_id", Kind::integer},
    {"author_username"},
    {"assignee_id", Kind::id_or_word},
    {"assignee_username", Kind::list},
    {"labels", Kind::list},
    {"milestone"},
    {"my_reaction_emoji"},
    {"search"},
    {"in"},
    {"iids", Kind::integers},
    {"with_labels_details", Kind::flag},
    {"created_after", Kind::time},
    {"created_before", Kind::time},
    {"updated_after", Kind::time},
    {"updated_before", Kind::time},
    {"sort", Kind::text, Need::optional, "asc|desc", "desc"},
    {"scope",
     Kind::text,
     Need::optional,
     "created-by-me|assigned-to-me|created_by_me|assigned_to_me|reviews_for_me|all"},
    {"not[author_username]"},
    {"not[assignee_username]", Kind::list},
    {"not[labels]", Kind::list},
    {"not[milestone]"},
};

// Filters that need the store: who, which labels, which milestone, text, times.
bool matches(const Call& call, const Project& project, const Issuable& one);

// `scope`, whose default differs: created_by_me over the whole instance, all below a group or
// project.
bool is_in_scope(const Call& call, const Issuable& one, std::string_view default_scope);

// What `order_by` sorts by; ties go by id.
std::string sort_key(const Call& call, const Project& project, const Issuable& one);

// Refuses what is mutually exclusive.
std::optional<http::Response> conflicting_filters(const Call& call);

// Edits ----------------------------------------------------------------------------------------

// The fields that create and update have in common.
inline constexpr Param kIssuableEdits[] = {
    {"description"},
    {"assignee_id", Kind::integer},
    {"assignee_ids", Kind::integers},
    {"labels", Kind::list},
    {"add_labels", Kind::list},
    {"remove_labels", Kind::list},
    {"milestone_id", Kind::integer},
    {"discussion_locked", Kind::flag},
};

// Title, description, assignees, labels, milestone, lock. Refuses with the model's own words.
std::optional<http::Response> apply_edits(Call& call, Project& project, Issuable& one);

// "close" or "reopen"; nothing happens when that is its state already.
void apply_state_event(Call& call, Issuable& one, std::string_view event);

void set_state(
    Store& store, Issuable& one, Id by, Time now, std::string_view state, std::string_view note
);
void add_system_note(Store& store, Issuable& one, Id by, Time now, std::string_view text);

void add_label(Store& store, Project& project, Issuable& one, std::string_view name);

// 40 hex digits, as GitLab names discussions.
std::string new_discussion_id(Store& store);

}  // namespace davit::sandbox::gitlab
