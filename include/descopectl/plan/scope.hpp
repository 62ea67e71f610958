// Which of the declared objects a run is about: all, or what --selector or --target name.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/model/desired.hpp"
#include "descopectl/model/labels.hpp"

namespace descopectl::plan {

/// What was asked for; at most one of the two is not empty, and both are where nothing was.
struct Selection {
  std::vector<model::LabelRule> selector;  ///< all have to hold
  std::vector<model::ObjectKey> targets;

  [[nodiscard]] bool is_limited() const { return !selector.empty() || !targets.empty(); }
};

/// Which way a target draws further objects in.
enum class Direction : unsigned char {
  kReferredTo,  ///< what it refers to has to be there first
  kReferring,   ///< what refers to it has to go first: the command destroy
};

/// What came of it.
struct Scope {
  struct Pulled {
    model::ObjectKey key;
    model::ObjectKey by;  ///< the object that refers to it; with kReferring, that it refers to
  };
  struct Owner {
    model::ObjectKey part;  ///< a target that is part of another object
    model::ObjectKey key;   ///< that object
  };

  Selection selection;
  Direction direction = Direction::kReferredTo;
  std::set<model::ObjectKey> keys;  ///< of the objects in it; meaningful where it is limited
  std::vector<Pulled> pulled;       ///< those of them that nobody named, sorted
  std::vector<Owner> owners;
  std::size_t left_out = 0;  ///< declared objects that are not in it

  [[nodiscard]] bool is_limited() const { return selection.is_limited(); }
  [[nodiscard]] bool contains(const model::ObjectKey& key) const {
    return !is_limited() || keys.contains(key);
  }
};

/// The objects that the selection means. With a selector: those whose labels, or those of a document that
/// became a part of them, match; nothing else. With targets: those, and all that they refer to (or that
/// refers to them), over any distance. To destroy an object its own labels have to match, and a part is no
/// target. Codes: `unknown-target`, `part-as-target`, `nothing-selected`.
[[nodiscard]] Scope find_scope(const Selection& selection, Direction direction,
                               const model::DesiredState& desired, const model::RecordedState& recorded,
                               diag::Sink& sink);

}  // namespace descopectl::plan
