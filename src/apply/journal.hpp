// The journal of one apply: says in the state what is about to be written, and what of it came to nothing.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <vector>

#include "descopectl/apply/fingerprints.hpp"
#include "descopectl/plan/plan.hpp"
#include "run.hpp"

namespace descopectl::apply {

/// Intents before requests. Outcomes are the runner's to record: an object that is put or removed settles its
/// intent.
///
/// After a crash nobody knows whether the request was carried out. An intent holds what there is to look for
/// and what is to be recorded where it is found, so that whoever finds it open needs nothing else: a new
/// object comes with the fingerprints of its secrets; secrets that an update was to send are unsettled, and
/// so are sent again whatever the manifest says by then; of an object that is being replaced the fields are
/// kept that only live has.
class Journal {
 public:
  Journal(Run& run, Fingerprinter& fingerprinter) : run_(run), fingerprinter_(fingerprinter) {}

  /// Records the intents of these steps, durably, all at once: before that nothing of them may be sent. Steps
  /// that send nothing have none.
  [[nodiscard]] boost::asio::awaitable<Result<void>> begin(std::vector<plan::Step> steps);
  /// The step has ended so. Its intent, where that is still open, is settled if nothing can have come of it,
  /// and turned into a record if something has; else it stays open: a deletion until a list shows it
  /// (departures.hpp), the rest for the next run.
  void end(const plan::Step& step, const ActionOutcome& outcome);
  /// The step was never started.
  void take_back(const plan::Step& step);

 private:
  /// Makes the fingerprints of what the action's create sends: Run::fingerprints.
  [[nodiscard]] boost::asio::awaitable<void> make_fingerprints(std::size_t action);
  [[nodiscard]] std::optional<model::Intent> make_intent(const plan::Step& step) const;
  /// None where an id is not known: what can't be made is not sent either, and the runner says so.
  [[nodiscard]] std::optional<model::RecordedObject> make_created(const plan::Action& action,
                                                                  const json::object& body) const;
  /// The ids of all that is live and nobody's (Intent::strangers).
  [[nodiscard]] std::vector<std::string> find_strangers(const schema::Kind& kind) const;
  /// What was deleted in this run and had the handle is named beside its successor until a list has shown
  /// that it is gone: the successor's intent takes the place of the deletion's.
  void name_superseded(plan::Action& action) const;
  /// What the state owns as the action's object; nothing (no key) where it owns none.
  [[nodiscard]] model::RecordedObject find_owned(const plan::Action& action) const;
  [[nodiscard]] model::RecordedObject make_updated(const plan::Action& action) const;

  Run& run_;
  Fingerprinter& fingerprinter_;
};

}  // namespace descopectl::apply
