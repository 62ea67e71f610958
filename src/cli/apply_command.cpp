// apply and destroy: plan, ask, carry out.
#include <fmt/format.h>
#include <signal.h>

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
    auto writer = api::make_writer(connected_.io.get_executor(), connected_.options);
    if (!writer) co_return emit_failure(context_, report(context_, writer.error()));
    const model::RecordedState recorded = store_.current();
    auto planned =
        co_await make_planned(context_, **writer, connected_, desired_, recorded, store_.is_kept(), &store_);
    if (!planned) co_return emit_failure(context_, report(context_, planned.error()));
    planned_ = std::move(*planned);
    const std::optional<ExitStatus> stopped = co_await look_before_writing();
    if (stopped) co_return *stopped;
    apply::ApplyOptions options = make_options();
    apply::Outcome outcome =
        co_await apply::apply_plan(planned_->plan, **writer, store_, planned_->secrets.values, options);
    context_.log(LogLevel::kDebug, fmt::format("{} requests", (*writer)->request_count()));
    co_return finish(outcome);
  }

 private:
  bool is_text() const { return context_.options.format == Format::kText; }

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
    context_.flush_diagnostics();
    show_plan();
    if (!plan.refusals.empty()) {
      context_.output.note(
          render::diagnostics_to_text(render::refusals_to_diagnostics(plan.refusals), &context_.sources));
      co_return stop(ExitStatus::kRefused);
    }
    if (!check_secrets(context_, plan, planned_->secrets.values)) co_return stop(ExitStatus::kInvalidInput);
    if (!needs_approval(plan) || context_.options.auto_approve) co_return std::nullopt;
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
    options.is_interrupted = [this] { return connected_.interrupt.signal != 0; };
    options.warn = [this](std::string_view text) { context_.log(LogLevel::kWarn, text); };
    return options;
  }

  ExitStatus finish(const apply::Outcome& outcome) {
    ExitStatus exit = outcome.exit;
    if (!outcome.state_error.empty()) context_.fail("state-not-written", outcome.state_error);
    if (connected_.interrupt.signal == SIGINT) exit = diag::stronger(exit, ExitStatus::kInterrupted);
    if (connected_.interrupt.signal == SIGTERM) exit = diag::stronger(exit, ExitStatus::kTerminated);
    return context_.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
      return row.apply(planned_->plan, outcome, shown);
    });
  }

  Context& context_;
  Connected& connected_;
  const model::DesiredState& desired_;
  state::Store& store_;
  std::unique_ptr<Planned> planned_;
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
