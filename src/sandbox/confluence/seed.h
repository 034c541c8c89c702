// The seed: the story's part that is in Confluence, and what else a site collects.
#pragma once

#include "sandbox/confluence/store.h"

namespace davit::sandbox::confluence {

inline constexpr Id kHarbor = 65537;
inline constexpr Id kOps = 65538;
inline constexpr Id kPersonal = 65539;
inline constexpr Id kOldSpace = 65540;
inline constexpr Id kHarborHome = 98000;
inline constexpr Id kOpsHome = 98500;
inline constexpr Id kRunbookPage = 98244;
inline constexpr Id kPostMortemPage = 98310;

struct Seed {
  Store& store;
  const Addresses& at;
  Time now;

  Time before(std::chrono::minutes ago) const { return now - ago; }
  Time days_ago(int days) const { return now - std::chrono::hours(24 * days); }

  // A current page with one version.
  Page& add(
      Id id,
      Id space,
      Id parent,
      std::string_view title,
      const story::Person& author,
      Time made,
      json::Value body
  );
  static void change(
      Page& page, const story::Person& author, Time when, std::string_view message, json::Value body
  );
  void label(Page& page, std::initializer_list<std::string_view> names);
  Comment& comment(
      Id id, Id page, Id parent, const story::Person& author, Time when, std::string_view words
  );
  // On text that carries the mark `marker` in the page's document.
  Comment& inline_comment(
      Id id,
      Id page,
      const story::Person& author,
      Time when,
      std::string_view words,
      std::string_view marker,
      std::string_view selection
  );
  Attachment& file(
      Id id, Id page, std::string_view title, std::string_view type, std::string content, Time when
  );
};

void seed_pages(Seed& seed);
void seed_post_mortems(Seed& seed);
void seed_runbook(Seed& seed);
void seed_odd_pages(Seed& seed);
void seed_files(Seed& seed);

}  // namespace davit::sandbox::confluence
