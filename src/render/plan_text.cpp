// A plan for people: a block an object, then counts.
#include "descopectl/render/plan_text.hpp"

#include <algorithm>
#include <map>

#include "action_sign.hpp"
#include "change_text.hpp"
#include "descopectl/base/text.hpp"
#include "not_compared.hpp"
#include "painter.hpp"
#include "scope_view.hpp"
#include "unchanged.hpp"
#include "value_text.hpp"

namespace descopectl::render {
namespace {

using plan::Action;
using plan::ActionKind;
using Form = diff::SecretStatus::Form;

Sign sign_of(const Action& action) {
  if (const auto operation = plan::operation_of(action.kind)) return render::sign_of(*operation);
  if (action.kind == ActionKind::kForget) return Sign::kForget;
  return action.is_adopted ? Sign::kAdopt : Sign::kNone;
}

std::string_view fate_of(const Action& action) {
  switch (action.kind) {
    case ActionKind::kCreate:
      return "will be created";
    case ActionKind::kUpdate:
      return action.is_adopted ? "will be adopted and updated in-place" : "will be updated in-place";
    case ActionKind::kReplace:
      return action.is_adopted ? "will be adopted and must be replaced" : "must be replaced";
    case ActionKind::kDelete:
      return "will be destroyed";
    case ActionKind::kForget:
      return "will be forgotten, nothing changes in the project";
    case ActionKind::kNoop:
      break;
  }
  return action.is_adopted ? "will be adopted, nothing changes" : "has no changes";
}

bool forces_replacement(const Action& action, std::string_view path) {
  for (const std::string& forced : action.replaced_by)
    if (do_overlap(path, forced)) return true;
  return false;
}

schema::Fields fields_of(const Action& action) {
  return action.descriptor == nullptr ? schema::Fields{} : action.descriptor->fields;
}

bool sends(const Action& action) {
  return action.kind == ActionKind::kCreate || action.kind == ActionKind::kUpdate ||
         action.kind == ActionKind::kReplace;
}

/// Writes the body of one object's block.
class BodyWriter {
 public:
  BodyWriter(const Action& action, const Painter& painter)
      : action_(action),
        painter_(painter),
        lines_(painter, fields_of(action),
               action.kind == ActionKind::kCreate || action.kind == ActionKind::kDelete) {}

  std::string write() {
    if (action_.kind == ActionKind::kDelete)
      write_deleted();
    else if (sends(action_))
      write_changes();
    write_notes();
    return lines_.take();
  }

 private:
  void write_changes() {
    write_id();
    for (const schema::FieldChange& change : action_.changes)
      lines_.add_change(change, note_of(change.path));
    for (const plan::SecretUse& secret : action_.secrets)
      write_secret(secret);
    const std::size_t unchanged = action_.kind == ActionKind::kCreate ? 0 : count_unchanged(action_);
    if (unchanged > 0)
      lines_.add_line(painter_.faint(fmt::format("({})", base::counted(unchanged, "unchanged field"))));
  }

  void write_id() {
    if (action_.descriptor == nullptr || !plan::has_late_id(action_)) return;
    const std::string_view field = action_.descriptor->id_field;
    const auto line = fmt::format("{} = ", field);
    if (action_.kind == ActionKind::kCreate)
      lines_.add_line_with(Sign::kAdd, line + std::string(kKnownLater));
    else if (action_.kind == ActionKind::kReplace)
      lines_.add_line_with(Sign::kChange,
                           line + quote_text(action_.live_id) + " -> " + std::string(kKnownLater));
  }

  std::string note_of(std::string_view path) const {
    return forces_replacement(action_, path) ? painter_.alarm(" # forces replacement") : std::string();
  }

  void write_secret(const plan::SecretUse& secret) {
    if (!secret.is_sent) return;
    for (const schema::FieldChange& change : action_.changes)
      if (change.path == secret.pointer) return;
    const bool is_cleared = secret.source.form == model::SecretSource::Form::kClear;
    const bool is_new = action_.kind != ActionKind::kUpdate;
    std::string note = note_of(secret.pointer);
    if (secret.status == Form::kUnavailable && !is_cleared)
      note += painter_.caution(" # not at hand" +
                               (secret.problem.empty() ? "" : ": " + show_prose(secret.problem)));
    lines_.add_sensitive(is_cleared ? Sign::kRemove
                         : is_new   ? Sign::kAdd
                                    : Sign::kChange,
                         secret.pointer, note);
  }

  void write_deleted() {
    const schema::Fields fields = fields_of(action_);
    for (const schema::FieldChange& change : schema::find_changes(fields, action_.before, {}))
      if (change.field == nullptr || !change.field->read_only) lines_.add_change(change);
  }

  void write_notes() {
    write_paths("note: no longer managed, stays as it is: ", action_.no_longer_managed);
    // What a replacement can't carry stands among its consequences.
    if (action_.kind == ActionKind::kUpdate)
      write_paths("note: unknown to this version, carried along: ", unlisted());
    write_paths("note: dropped (--allow-drop): ", action_.dropped);
    for (const std::string& consequence : action_.consequences)
      lines_.add_line(painter_.alarm("! " + show_prose(consequence)));
    for (const std::string& warning : action_.warnings)
      lines_.add_line(painter_.caution("warning: " + show_prose(warning)));
  }

  std::vector<std::string> unlisted() const {
    std::vector<std::string> carried;
    for (const std::string& path : action_.unlisted)
      if (std::find(action_.dropped.begin(), action_.dropped.end(), path) == action_.dropped.end())
        carried.push_back(path);
    return carried;
  }

  void write_paths(std::string_view intro, const std::vector<std::string>& paths) {
    std::string names;
    for (const std::string& path : paths)
      names.append(names.empty() ? "" : ", ").append(show_path(fields_of(action_), path));
    if (!names.empty()) lines_.add_line(std::string(intro) + names);
  }

  const Action& action_;
  const Painter& painter_;
  ChangeWriter lines_;
};

class PlanWriter {
 public:
  PlanWriter(const plan::Plan& plan, const TextOptions& options)
      : plan_(plan), options_(options), painter_(options.color) {}

  std::string write() {
    for (const Action& action : plan_.actions) {
      if (!is_shown(action)) continue;
      if (out_.empty()) out_ = "descopectl will perform the following actions:\n\n";
      if (options_.is_summary)
        write_heading_line(action);
      else
        write_block(action);
    }
    if (options_.is_summary && !out_.empty()) out_ += '\n';
    out_ += scope_to_text(plan_.scope);
    out_ += not_compared_to_text(plan::find_not_compared(plan_));
    write_unmanaged();
    if (!plan_.sha256.empty()) out_ += fmt::format("Plan SHA-256: {}\n", plan_.sha256);
    out_ += painter_.bold(plan_summary_line(plan_, options_)) + "\n";
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_shown(const Action& action) const {
    if (!action.refused.empty()) return false;  // told by name already, and not done
    return options_.show_noop || action.kind != ActionKind::kNoop || action.is_adopted || action.is_moved ||
           !action.warnings.empty() || !action.no_longer_managed.empty();
  }

  /// `~ Connection/x [id=x] (descope/x.yaml:1:1)`.
  void write_heading_line(const Action& action) {
    out_ += fmt::format("{} {}", painter_.sign(sign_of(action)), show_prose(action.key.to_string()));
    if (!action.live_id.empty()) out_ += fmt::format(" [id={}]", show_prose(action.live_id));
    const std::string place = show_place(action.source, options_.sources);
    if (!place.empty()) out_ += painter_.faint(fmt::format(" ({})", place));
    out_ += '\n';
  }

  void write_block(const Action& action) {
    const std::string address = show_prose(action.key.to_string());
    if (action.is_moved)
      write_title(fmt::format("{} has moved to {}", show_prose(action.moved_from.to_string()), address));
    if (!action.is_moved || action.kind != ActionKind::kNoop || action.is_adopted) {
      const std::string reason = action.reason.empty() ? "" : fmt::format(" ({})", show_prose(action.reason));
      write_title(fmt::format("{} {}{}", address, fate_of(action), reason));
    }
    write_heading_line(action);
    out_ += BodyWriter(action, painter_).write();
    out_ += '\n';
  }

  void write_title(std::string_view text) { out_ += painter_.bold(fmt::format("# {}", text)) + "\n"; }

  void write_unmanaged() {
    std::map<std::string_view, std::size_t> counts;
    for (const plan::Unmanaged& object : plan_.unmanaged)
      ++counts[object.kind];
    std::string text;
    for (const auto& [kind, count] : counts)
      text.append(text.empty() ? "" : ", ").append(counted_kind(count, kind));
    if (!text.empty()) out_ += fmt::format("Unmanaged: {}\n", text);
  }

  const plan::Plan& plan_;
  const TextOptions& options_;
  Painter painter_;
  std::string out_;
};

}  // namespace

std::string plan_summary_line(const plan::Plan& plan, const TextOptions& options) {
  const plan::Summary& counts = plan.summary;
  const auto left_out = std::count_if(plan.actions.begin(), plan.actions.end(),
                                      [](const plan::Action& action) { return !action.refused.empty(); });
  const bool is_quiet = !plan.has_changes() && counts.adopt == 0 && plan.refusals.empty() && left_out == 0;
  if (is_quiet && options.is_destroy)
    return "No changes. Nothing that is owned and declared is left to destroy.";
  const std::string_view what = plan.scope.is_limited() ? "selected manifests" : "manifests";
  if (is_quiet && plan.has_work())
    return fmt::format("No changes. Live matches the {}; only the state will be updated.", what);
  if (is_quiet) return fmt::format("No changes. Live matches the {}.", what);
  std::string line =
      fmt::format("Plan: {} to add, {} to change, {} to destroy", counts.create + counts.replace,
                  counts.update, counts.erase + counts.replace);
  if (counts.adopt > 0) line += fmt::format(", {} to adopt", counts.adopt);
  if (left_out > 0) line += fmt::format(", {} left out", left_out);
  return line + ".";
}

std::string plan_to_text(const plan::Plan& plan, const TextOptions& options) {
  return PlanWriter(plan, options).write();
}

}  // namespace descopectl::render
