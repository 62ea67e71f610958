// What all stores that keep something have in common: calls become changes, and what changes nothing is none.
#pragma once

#include <string>
#include <utility>

#include "descopectl/state/records.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::state {

/// A state with nothing in it: with a fingerprint key and a lineage of its own.
[[nodiscard]] model::RecordedState make_new_state();

class RecordingStore : public Store {
 public:
  [[nodiscard]] const model::RecordedState& current() const override { return state_; }
  [[nodiscard]] bool is_kept() const override { return true; }

  Result<void> settle(const model::ObjectKey& key) override {
    if (!state_.intents.contains(key)) return {};
    return record(SettleChange{key});
  }
  Result<void> set_target(std::string project_id, std::string base_url) override {
    if (state_.project_id == project_id && state_.base_url == base_url) return {};
    return record(TargetChange{std::move(project_id), std::move(base_url)});
  }
  Result<void> put(model::RecordedObject object) override { return record(PutChange{std::move(object)}); }
  Result<void> remove(const model::ObjectKey& key) override { return record(RemoveChange{key}); }
  Result<void> remove_unseen(const model::ObjectKey& key) override { return record(RemoveChange{key, true}); }
  Result<void> move(const model::ObjectKey& from, const model::ObjectKey& to) override {
    if (from == to && state_.objects.contains(from)) return {};
    return record(MoveChange{from, to});
  }

 protected:
  /// Checks a change, keeps it and carries it out in `state_`.
  virtual Result<void> record(Change change) = 0;

  model::RecordedState state_;
};

/// `change` as it is read back from `payload`: what goes into memory is what was kept, so that the two can't
/// differ, and nothing is ever kept that can't be read.
[[nodiscard]] Result<NumberedChange> read_back(std::string_view payload);

}  // namespace descopectl::state
