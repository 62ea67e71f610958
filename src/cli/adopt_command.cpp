// adopt and state rebuild: bind declared manifests to live objects; write the state and nothing else.
#include <fmt/format.h>

#include "descopectl/base/text.hpp"
#include "descopectl/plan/adoption.hpp"
#include "descopectl/render/adoption.hpp"
#include "descopectl/state/fingerprint.hpp"
#include "locate.hpp"
#include "prompt.hpp"
#include "run.hpp"

namespace descopectl::cli {

namespace net = boost::asio;
using diag::ExitStatus;

namespace {

/// The objects asked for (empty: all); none, with diagnostics, where one is not declared.
std::optional<std::set<model::ObjectKey>> choose(Context& context, const model::DesiredState& desired) {
  std::set<model::ObjectKey> keys;
  const SelectionFlags& selection = context.options.selection;
  if (context.options.arguments.empty() && !context.options.adopts_all && selection.selector.empty() &&
      selection.targets.empty()) {
    context.fail("missing-argument", "'adopt' needs to know which manifests",
                 "name them as KIND/NAME, or write --all for every declared object");
    return std::nullopt;
  }
  std::vector<std::string> declared;
  for (const model::DesiredObject& object : desired.objects)
    declared.push_back(object.key.to_string());
  for (const std::string& address : context.options.arguments) {
    if (const model::DesiredObject* whole = desired.find_whole(to_key(address))) {
      report_part(context, to_key(address), whole->key);
    } else if (desired.find(to_key(address)) == nullptr) {
      const auto nearest = base::find_nearest(address, {declared.begin(), declared.end()});
      context.fail(
          "not-declared", fmt::format("no manifest declares {}", base::printable(address, 200)),
          nearest ? fmt::format("did you mean '{}'?", *nearest)
                  : std::string("only what has a manifest is adopted: write one with 'descopectl export'"));
    }
    keys.insert(to_key(address));
  }
  if (context.sink.has_errors()) return std::nullopt;
  return keys;
}

/// What is done with the matches, and how users are asked.
struct Job {
  bool is_rebuild = false;  ///< the state is made anew of them, whatever it holds
  std::string_view question = "\nTo note this in the state, type yes: ";
  std::string_view done = "Adopted {}. Nothing was changed in the project.\n";
};
constexpr Job kAdopt;
constexpr Job kRebuild{true, "\nTo make the state anew of this, type yes: ",
                       "The state is made anew and holds {}. Nothing was changed in the project.\n"};

class AdoptRun {
 public:
  AdoptRun(Context& context, Connected& connected, const model::DesiredState& desired,
           const std::set<model::ObjectKey>& keys, state::Store& store, const Job& job)
      : context_(context),
        connected_(connected),
        desired_(desired),
        keys_(keys),
        store_(store),
        job_(job),
        recorded_(job.is_rebuild ? model::RecordedState() : store.current()) {}

  net::awaitable<ExitStatus> run() {
    if (!is_of_this_project(context_, connected_, store_.current()))
      co_return emit_failure(context_, ExitStatus::kRefused);
    auto reader = api::make_reader(connected_.io.get_executor(), connected_.options);
    if (!reader) co_return emit_failure(context_, report(context_, reader.error()));
    plan::PlanInput input;
    input.policy = make_policy(context_);
    input.scope = choose_scope();
    if (context_.sink.has_errors()) co_return emit_failure(context_, ExitStatus::kInvalidInput);
    const apply::LiveOptions options = make_live_options(context_, desired_, recorded_);
    auto live = co_await apply::read_live(**reader, recorded_, options);
    if (!live) co_return emit_failure(context_, report(context_, live.error()));
    model::RecordedState recorded = store_.current();
    const auto recovered = co_await recover(context_, **reader, options, *live, recorded, &store_);
    if (!recovered) co_return emit_failure(context_, report(context_, recovered.error()));
    input.desired = &desired_;
    input.live = &live->state;
    input.recorded = &recorded_;
    input.project_id = connected_.options.project_id;
    adoption_ = plan::make_adoption(input, keys_, context_.sink);
    if (job_.is_rebuild) compare_with_present();
    co_return co_await decide();
  }

 private:
  /// What --selector or --target mean; what is named beside them has to be in it.
  plan::Scope choose_scope() {
    plan::Scope scope = make_scope(context_, desired_, recorded_);
    if (context_.sink.has_errors()) return scope;
    for (const model::ObjectKey& key : keys_)
      if (!scope.contains(key))
        context_.fail("conflicting-flags",
                      fmt::format("{} is named, and --selector or --target leaves it out", key.to_string()),
                      "leave one of the two out");
    return scope;
  }

  bool is_text() const { return context_.options.format == Format::kText; }

  net::awaitable<ExitStatus> decide() {
    if (is_text()) {
      context_.flush_diagnostics();
      context_.output.result(
          render::adoption_to_text(adoption_, context_.presentation(ExitStatus::kDone).text) +
          tell_forgotten());
    }
    if (context_.sink.has_errors()) co_return finish(ExitStatus::kInvalidInput, "");
    for (const plan::Refusal& refusal : adoption_.refusals)
      context_.fail(refusal.code, refusal.summary, refusal.hint);
    if (!adoption_.refusals.empty()) co_return finish(ExitStatus::kRefused, "");
    const std::size_t count = adoption_.count(plan::Match::kAdopt);
    if (count == 0 && forgotten_.empty()) co_return finish(ExitStatus::kDone, "Nothing to adopt.\n");
    const bool is_approved = co_await approve();
    if (!is_approved) co_return finish(ExitStatus::kRefused, "");
    Result<void> recorded;
    if (job_.is_rebuild)
      recorded = co_await rebuild();
    else
      recorded = co_await record();
    if (!recorded) co_return finish(report(context_, recorded.error()), "");
    co_return finish(ExitStatus::kDone, fmt::format(fmt::runtime(job_.done), base::counted(count, "object")));
  }

  net::awaitable<bool> approve() {
    if (context_.options.auto_approve) co_return true;
    Question question;
    question.text = job_.question;
    question.wanted = "yes";
    const bool is_approved = co_await ask(context_, std::move(question));
    co_return is_approved;
  }

  net::awaitable<Result<void>> record() {
    auto done = store_.set_target(connected_.options.project_id, base_url_of(context_, connected_));
    for (plan::AdoptionRow& row : adoption_.rows) {
      if (!done) co_return done;
      if (row.match != plan::Match::kAdopt) continue;
      row.record.object_id = state::make_object_id();
      done = store_.put(row.record);
    }
    if (done) done = co_await store_.flush();
    if (!done) co_return done;
    is_recorded_ = true;
    co_return store_.compact();
  }

  /// What the present state owns and the new one will not.
  void compare_with_present() {
    for (const auto& [key, object] : store_.current().objects)
      if (std::none_of(adoption_.rows.begin(), adoption_.rows.end(), [&](const plan::AdoptionRow& row) {
            return row.key == key && row.match == plan::Match::kAdopt;
          }))
        forgotten_.push_back(key.to_string());
  }

  /// What is known of an object beside what it looks like is kept where it is the same object.
  net::awaitable<Result<void>> rebuild() {
    const model::RecordedState& present = store_.current();
    model::RecordedState made;
    made.fingerprint_key = present.fingerprint_key;
    made.lineage = present.lineage;
    made.project_id = connected_.options.project_id;
    made.base_url = base_url_of(context_, connected_);
    for (const plan::AdoptionRow& row : adoption_.rows) {
      if (row.match != plan::Match::kAdopt) continue;
      model::RecordedObject record = row.record;
      record.object_id = state::make_object_id();
      if (const model::RecordedObject* known = present.find_live(row.key.kind, row.live_id)) {
        record.object_id = known->object_id;
        record.secrets = known->secrets;
        record.changed_by_server = known->changed_by_server;
        const model::DesiredObject* declared = desired_.find(row.key);
        const bool is_told = declared != nullptr && declared->lifecycle.prevent_destroy.has_value();
        if (!is_told) record.prevent_destroy = known->prevent_destroy;
      }
      made.objects.emplace(row.key, std::move(record));
    }
    const auto replaced = co_await store_.replace(std::move(made));
    is_recorded_ = replaced.has_value();
    co_return replaced;
  }

  /// What the table does not say.
  std::string tell_forgotten() const {
    if (forgotten_.empty()) return {};
    const std::vector<std::string_view> names(forgotten_.begin(), forgotten_.end());
    return fmt::format("No longer owned: {}.\n", base::join_words(names));
  }

  ExitStatus finish(ExitStatus exit, const std::string& text) {
    return context_.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
      if (row.name != "text") {
        json::object document = render::adoption_to_json(adoption_, is_recorded_, shown.json);
        if (job_.is_rebuild) document["forgotten"] = json::value_from(forgotten_);
        return base::to_pretty_json(document);
      }
      // On standard output the table stands already.
      return is_text() ? text : render::adoption_to_text(adoption_, shown.text) + tell_forgotten() + text;
    });
  }

  Context& context_;
  Connected& connected_;
  const model::DesiredState& desired_;
  const std::set<model::ObjectKey>& keys_;
  state::Store& store_;
  const Job& job_;
  const model::RecordedState recorded_;  // that the manifests are bound by
  plan::Adoption adoption_;
  std::vector<std::string> forgotten_;  // by a rebuild
  bool is_recorded_ = false;
};

net::awaitable<ExitStatus> adopt_connected(Context& context, Connected& connected,
                                           const model::DesiredState& desired,
                                           const std::set<model::ObjectKey>& keys, state::Store& store,
                                           const Job& job) {
  AdoptRun run(context, connected, desired, keys, store, job);
  co_return co_await run.run();
}

}  // namespace

ExitStatus run_adopt(Context& context) {
  const auto desired = load_desired(context);
  if (!desired) return emit_failure(context, ExitStatus::kInvalidInput);
  const auto keys = choose(context, *desired);
  if (!keys) return emit_failure(context, ExitStatus::kInvalidInput);
  if (context.settings.state.backend == config::StateBackend::kNone) {
    context.fail("no-state",
                 "there is no state to note an adoption in: 'state: {backend: none}' is configured",
                 "without a state every match counts as ours; there is nothing to adopt");
    return emit_failure(context, ExitStatus::kInvalidInput);
  }
  return run_with_store(context, [&](Connected& connected, state::Store& store) {
    return adopt_connected(context, connected, *desired, *keys, store, kAdopt);
  });
}

ExitStatus run_state_rebuild(Context& context) {
  const auto desired = load_desired(context);
  if (!desired) return emit_failure(context, ExitStatus::kInvalidInput);
  const std::set<model::ObjectKey> all;
  return run_with_store(context, [&](Connected& connected, state::Store& store) {
    return adopt_connected(context, connected, *desired, all, store, kRebuild);
  });
}

}  // namespace descopectl::cli
