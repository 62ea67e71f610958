// The proof at the end of an apply: what was written is read back, one list a kind, and compared field by
// field; what was deleted is seen to be gone from the same lists.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <map>
#include <string>
#include <vector>

#include "departures.hpp"
#include "run.hpp"

namespace descopectl::apply {

/// Reads back all of Run::written, and the deletions (find_departures). A declared field that did not stick,
/// or an object that the list does not show by the end of ApplyOptions::settle, makes the action a failure:
/// `not-applied`. A field that the service may change and did is remembered in the state as equal to what was
/// sent.
class Proof {
 public:
  Proof(Run& run, boost::asio::any_io_executor executor);

  [[nodiscard]] boost::asio::awaitable<void> run_all();
  /// Instead of run_all, where the run ended early: says of what was done that it is not read back.
  void skip_all();

  /// The error of a list that could not be had, for the exit status; none where all were.
  [[nodiscard]] const std::vector<Error>& errors() const { return errors_; }

 private:
  using Objects = std::vector<model::LiveObject>;
  struct Finding;
  /// What of a kind its list has not shown yet.
  struct Open {
    std::vector<Written*> written;
    Departures erased;

    [[nodiscard]] bool empty() const { return written.empty() && erased.empty(); }
  };

  [[nodiscard]] std::map<const schema::Kind*, Open> find_open();
  [[nodiscard]] boost::asio::awaitable<void> prove_kind(const schema::Kind& kind, Open open);
  /// The parents of what is open, where the kind is listed by parent.
  [[nodiscard]] std::vector<std::string> find_parents(const schema::Kind& kind, const Open& open) const;
  /// Takes those that agree with `objects` out of `open`.
  void settle_agreeing(std::vector<Written*>& open, const Objects& objects);
  [[nodiscard]] Finding compare(const Written& written, const Objects& objects) const;
  void accept(Written& written, const Finding& finding);
  /// Says so where an update lost what the call is known to lose and no manifest declares.
  void warn_of_lost_fields(std::size_t index, const json::object& live) const;
  void fail_open(const std::vector<Written*>& open, const Objects& objects);
  /// A body that did not stick took its secrets with it, for all that is known: they are sent again.
  void doubt_secrets(Written& written);
  void leave_open(const Open& open, const std::string& why);
  [[nodiscard]] bool is_interrupted() const;

  Run& run_;
  boost::asio::any_io_executor executor_;
  std::vector<Error> errors_;
};

}  // namespace descopectl::apply
