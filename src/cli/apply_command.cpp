// apply and destroy: plan, ask, carry out.
#include <fmt/format.h>

#include "descopectl/apply/apply.hpp"
#include "descopectl/render/apply_text.hpp"
#include "descopectl/render/plan_text.hpp"
#include "prompt.hpp"
#include "run.hpp"

namespace descopectl::cli {

namespace net = boost::asio;
using diag::ExitStatus;

namespace {

/// One apply from plan to result.
class Applier {
 public:
  Applier(Context& context, Connected& connected, const model::DesiredState& desired, state::Store& store)
      : context_(context), connected_(connected), desired_(desired), store_(store) {}

  net::awaitable<ExitStatus> run() {
    if (!is_of_this_project(context_, connected_, store_.current()))
      co_return emit_failure(context_, ExitStatus::kRefused);
    auto writer = api::make_writer(connected_.io.get_executor(), connected_.options);
    if (!writer) co_return emit_failure(context_, report(context_, writer.error()));
    const ExitStatus checked = co_await check_plan_file();
    if (checked != ExitStatus::kDone) co_return emit_failure(context_, checked);
    const model::RecordedState recorded = store_.current();
    auto planned = co_await make_planned(context_, **writer, connected_, desired_, recorded, &store_);
    if (!planned) co_return emit_failure(context_, report(context_, planned.error()));
    planned_ = std::move(*planned);
    const std::optional<ExitStatus> stopped = co_await look_before_writing();
    if (stopped) co_return *stopped;
    const auto handed_on = co_await hand_records_on();
    if (!handed_on) co_return emit_failure(context_, report_state(context_, handed_on.error()));
    apply::ApplyOptions options = make_options();
    apply::Outcome outcome =
        co_await apply::apply_plan(planned_->plan, **writer, store_, planned_->secrets.values, options);
    context_.log(LogLevel::kDebug, fmt::format("{} requests", (*writer)->request_count()));
    co_return finish(outcome);
  }

 private:
  bool is_text() const { return context_.options.format == Format::kText; }

  /// What of a saved plan can be judged before the service is asked: its target and its variables.
  net::awaitable<ExitStatus> check_plan_file() {
    if (!context_.plan_file) co_return ExitStatus::kDone;
    const PlanFile& file = *context_.plan_file;
    const std::string base_url = base_url_of(context_, connected_);
    if (file.project_id != connected_.options.project_id || file.base_url != base_url) {
      context_.fail(
          "wrong-target",
          fmt::format("the plan in '{}' was made for the project {} at {}, and this run is aimed at "
                      "the project {} at {}",
                      file.name, file.project_id, file.base_url, connected_.options.project_id, base_url),
          "aim at the same project, or plan again");
      co_return ExitStatus::kRefused;
    }
    const VariableDigests now = co_await digest_variables(context_, connected_);
    for (const auto& [name, digest] : file.variables) {
      const auto at = now.find(name);
      if (at != now.end() && at->second == digest) continue;
      context_.fail(
          "stale-plan",
          fmt::format("the variable '{}' {} when the plan in '{}' was made", name,
                      at == now.end() ? "is not given, and was" : "has another value than", file.name),
          "give the same value with --var, or plan again");
    }
    co_return context_.sink.has_errors() ? ExitStatus::kStale : ExitStatus::kDone;
  }

  /// What a saved plan sends is at hand? Asked first: a secret that is missing has not changed.
  bool has_saved_secrets() {
    if (!context_.plan_file) return true;
    plan::Plan& plan = planned_->plan;
    const plan::ObjectDigests now = plan::digest_objects(plan, planned_->input);
    plan::want_saved_secrets(context_.plan_file->objects, now, plan);
    return check_secrets(context_, plan, planned_->secrets.values);
  }

  /// Is the plan the one that was looked at? What moved since is left out where that is asked for.
  bool is_as_approved() {
    plan::Plan& plan = planned_->plan;
    const std::string& expected = context_.options.expected_plan;
    if (!expected.empty() && expected != plan.sha256) {
      context_.fail("stale-plan",
                    fmt::format("the plan has the SHA-256 {}, and {} was expected", plan.sha256, expected),
                    "something moved since: look at the plan as it is now");
      return false;
    }
    if (!context_.plan_file) return true;
    const bool goes_on = context_.options.continues_on_stale;
    moved_ = plan::find_moved(context_.plan_file->objects, plan::digest_objects(plan, planned_->input));
    for (const plan::Moved& moved : moved_) {
      if (goes_on)
        context_.sink.warning("stale-plan", {}, plan::to_string(moved), "it is left out; plan again for it");
      else
        context_.fail("stale-plan", plan::to_string(moved),
                      "plan again and look at it, or leave it out with --continue-on-stale");
    }
    if (goes_on) plan::refuse_moved(plan, moved_);
    return goes_on || moved_.empty();
  }

  void show_plan() {
    if (!is_text()) return;
    context_.output.result(
        render::plan_to_text(planned_->plan, context_.presentation(ExitStatus::kDone).text));
  }

  ExitStatus stop(ExitStatus exit) {
    context_.flush_diagnostics();
    if (is_text() && context_.options.reports.empty()) return exit;
    return context_.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
      return row.name == "text" ? std::string() : row.plan(planned_->plan, shown);
    });
  }

  /// Everything that may end the run before anything is written.
  net::awaitable<std::optional<ExitStatus>> look_before_writing() {
    const plan::Plan& plan = planned_->plan;
    if (context_.sink.has_errors()) co_return emit_failure(context_, ExitStatus::kInvalidInput);
    if (!has_saved_secrets()) co_return stop(ExitStatus::kInvalidInput);
    if (!is_as_approved()) co_return stop(ExitStatus::kStale);
    context_.flush_diagnostics();
    show_plan();
    if (!plan.refusals.empty()) {
      context_.output.note(
          render::diagnostics_to_text(render::refusals_to_diagnostics(plan.refusals), &context_.sources));
      co_return stop(ExitStatus::kRefused);
    }
    if (!check_secrets(context_, plan, planned_->secrets.values)) co_return stop(ExitStatus::kInvalidInput);
    // Whoever gives a saved plan has looked at it.
    const bool needs_no_word = context_.options.auto_approve || context_.plan_file.has_value();
    if (!needs_approval(plan) || needs_no_word) co_return std::nullopt;
    const bool is_approved = co_await ask_first();
    if (!is_approved) co_return stop(ExitStatus::kRefused);
    co_return std::nullopt;
  }

  /// What only the state learns from needs nobody's word; an adoption does, as later runs may change the
  /// object.
  static bool needs_approval(const plan::Plan& plan) { return plan.has_changes() || plan.summary.adopt > 0; }

  net::awaitable<bool> ask_first() {
    const plan::Plan& plan = planned_->plan;
    const bool destroys = plan.summary.erase + plan.summary.replace > 0;
    const std::string wanted = destroys ? plan.project_id : "yes";
    Question question;
    question.text =
        destroys ? fmt::format("\nThis deletes objects of the project. To go on, type its id ({}): ", wanted)
                 : std::string("\nTo go on, type yes: ");
    question.wanted = wanted;
    question.hint = "look at the plan, then run again with --auto-approve";
    const bool is_approved = co_await ask(context_, std::move(question));
    co_return is_approved;
  }

  /// All of them with one write: at no moment is one of their objects nobody's.
  net::awaitable<Result<void>> hand_records_on() {
    if (!planned_->are_records_handed_on) co_return Result<void>();
    model::RecordedState recorded = planned_->recorded;
    co_return co_await store_.replace(std::move(recorded));
  }

  apply::ApplyOptions make_options() {
    apply::ApplyOptions options;
    options.parallelism = static_cast<std::size_t>(context_.settings.http.parallelism);
    options.settle = context_.settings.http.settle;
    options.live_read_at = planned_->live.at;
    options.live = &planned_->live.state;
    options.policy = planned_->input.policy;
    options.on_event = [this](const apply::Event& event) {
      render::TextOptions text = context_.presentation(ExitStatus::kDone).text;
      text.color = config::wants_color(
          context_.options.color, context_.environment,
          context_.terminals.error ? config::StreamKind::kTerminal : config::StreamKind::kOther);
      context_.output.note(render::progress_line(planned_->plan, event, text));
    };
    options.is_interrupted = [this] { return context_.interruption.has_come(); };
    options.warn = [this](std::string_view text) { context_.log(LogLevel::kWarn, text); };
    return options;
  }

  ExitStatus finish(const apply::Outcome& outcome) {
    ExitStatus exit = outcome.exit;
    if (!outcome.state_error.empty()) context_.fail("state-not-written", outcome.state_error);
    if (outcome.unverified > 0)
      context_.fail("not-verified",
                    fmt::format("{} written or deleted and could not be read back",
                                outcome.unverified == 1 ? "1 object was"
                                                        : fmt::format("{} objects were", outcome.unverified)),
                    "run the same command again: it looks at them first");
    if (!moved_.empty()) exit = diag::stronger(exit, ExitStatus::kStale);
    return context_.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
      return row.apply(planned_->plan, outcome, shown);
    });
  }

  Context& context_;
  Connected& connected_;
  const model::DesiredState& desired_;
  state::Store& store_;
  std::unique_ptr<Planned> planned_;
  std::vector<plan::Moved> moved_;  ///< since the plan was saved
};

net::awaitable<ExitStatus> apply_connected(Context& context, Connected& connected,
                                           const model::DesiredState& desired, state::Store& store) {
  Applier applier(context, connected, desired, store);
  co_return co_await applier.run();
}

}  // namespace

ExitStatus run_apply(Context& context) {
  const auto desired = load_desired(context);
  if (!desired) return emit_failure(context, ExitStatus::kInvalidInput);
  return run_with_store(context, [&](Connected& connected, state::Store& store) {
    return apply_connected(context, connected, *desired, store);
  });
}

ExitStatus run_destroy(Context& context) {
  return run_apply(context);
}

}  // namespace descopectl::cli
