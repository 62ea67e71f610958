// Exported manifests held against the live state that they came from.
#include "check.hpp"

#include <algorithm>
#include <map>

#include "descopectl/diff/bind.hpp"
#include "descopectl/document/parse.hpp"
#include "descopectl/manifest/load.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::exporter {
namespace {

using Form = Finding::Form;

document::Limits limits_of(const std::string& text) {
  document::Limits limits;
  limits.bytes = std::max<std::uint64_t>(limits.bytes, text.size());
  limits.nodes = ~std::uint32_t{0};
  return limits;
}

model::DesiredState read(const std::string& text, const ExportInput& input, diag::SourceTable& sources,
                         diag::Sink& sink) {
  static const base::Environment kNothing;
  manifest::LoadOptions options;
  options.roots.push_back({"-", "-"});
  options.standard_input = text;
  options.environment = &kNothing;
  options.inbound_generation = input.policy.inbound_generation;
  options.limits = limits_of(text);
  return manifest::load_manifests(options, sources, sink);
}

plan::Plan plan_of(const model::DesiredState& desired, const ExportInput& input,
                   const model::RecordedState& recorded, diag::Sink& sink) {
  plan::PlanInput question;
  question.desired = &desired;
  question.live = input.live;
  question.recorded = &recorded;
  question.policy = input.policy;
  question.policy.adopt = plan::Adopt::kAlways;
  question.policy.prune.form = plan::Prune::Form::kNone;
  question.policy.strict_references = false;
  question.project_id = recorded.project_id;
  return plan::make_plan(question, sink);
}

/// The deepest field that stands at byte `offset` of one document, not looking into lists and maps. Empty
/// where that is none of `spec`.
std::string field_at(const schema::Kind& kind, const std::string& document, std::uint32_t offset) {
  diag::SourceTable sources;
  diag::Sink sink;
  std::string path;
  const std::uint32_t source = sources.add("document", document);
  document::parse_documents(sources, source, limits_of(document), sink, [&](const document::Node& root) {
    const document::Member* spec = root.find("spec");
    if (spec == nullptr || offset < spec->value.span.begin) return;
    const document::Node* node = &spec->value;
    schema::Fields fields = kind.fields;
    while (node != nullptr && node->kind == document::NodeKind::kMapping) {
      const document::Member* at = nullptr;
      for (const document::Member& member : node->members)
        if (member.key_span.begin <= offset) at = &member;
      if (at == nullptr) return;
      path += "/" + base::escape_pointer_token(at->key);
      const schema::Field* row = schema::find_field(fields, at->key);
      if (row == nullptr || row->type != schema::Type::kObject || offset < at->value.span.begin) return;
      fields = row->fields;
      node = &at->value;
    }
  });
  return path;
}

/// A path of a change, in manifests' names, as deep as field_at goes.
std::string to_manifest_path(schema::Fields fields, std::string_view wire_path) {
  std::string path;
  for (const std::string& token : base::split_pointer(wire_path)) {
    const schema::Field* row = schema::find_wire_field(fields, token);
    if (row == nullptr) return path;
    path += "/" + base::escape_pointer_token(row->name);
    if (row->type != schema::Type::kObject) return path;
    fields = row->fields;
  }
  return path;
}

class Checker {
 public:
  Checker(const std::string& text, const std::vector<Written>& written, const ExportInput& input)
      : text_(text), written_(written), input_(input) {
    for (std::size_t i = 0; i < written.size(); ++i)
      index_.emplace(written[i].key, i);
  }

  std::vector<Finding> run() {
    diag::SourceTable sources;
    diag::Sink sink;
    const model::DesiredState desired = read(text_, input_, sources, sink);
    take_errors(sink);
    if (findings_.empty()) find_unbound(desired);
    if (findings_.empty()) find_changes(desired);
    return std::move(findings_);
  }

 private:
  void add(std::size_t object, Form form, std::string path, std::string why) {
    findings_.push_back({object, form, std::move(path), std::move(why)});
  }

  std::size_t object_at(const diag::Span& span) const {
    const auto after = std::upper_bound(written_.begin(), written_.end(), span.begin,
                                        [](std::size_t at, const Written& one) { return at < one.begin; });
    return after == written_.begin() ? 0 : static_cast<std::size_t>(after - written_.begin()) - 1;
  }

  void take_errors(const diag::Sink& sink) {
    for (const diag::Diagnostic& diagnostic : sink.all()) {
      if (diagnostic.severity != diag::Severity::kError || !diagnostic.span.is_known()) continue;
      const std::size_t object = object_at(diagnostic.span);
      if (diagnostic.code == "duplicate-key") {
        // Two live objects with one name are told apart by their ids.
        add(object, Form::kUnbound, "", diagnostic.summary);
        for (const auto& [span, word] : diagnostic.related)
          add(object_at(span), Form::kUnbound, "", diagnostic.summary);
        continue;
      }
      const std::size_t begin = written_[object].begin;
      const std::size_t end = object + 1 < written_.size() ? written_[object + 1].begin : text_.size();
      const std::string path = field_at(*written_[object].kind, text_.substr(begin, end - begin),
                                        diagnostic.span.begin - static_cast<std::uint32_t>(begin));
      add(object, path.empty() ? Form::kObject : Form::kField, path, diagnostic.summary);
    }
  }

  void find_unbound(const model::DesiredState& desired) {
    static const model::RecordedState kNoState;
    for (const model::RecordedState* recorded : {&kNoState, input_.recorded}) {
      diag::Sink scratch;
      for (const diff::Binding& binding : diff::bind_objects(desired, *input_.live, *recorded, scratch)) {
        const auto at = index_.find(binding.desired->key);
        if (at == index_.end()) continue;
        if (binding.live == nullptr || binding.live->id != written_[at->second].live_id)
          add(at->second, Form::kUnbound, "", "it does not find its live object");
      }
    }
  }

  void find_changes(const model::DesiredState& desired) {
    static const model::RecordedState kNoState;
    diag::Sink sink;
    const plan::Plan plan = plan_of(desired, input_, kNoState, sink);
    take_errors(sink);
    for (const plan::Action& action : plan.actions) {
      const auto at = index_.find(action.key);
      if (at == index_.end() || action.kind == plan::ActionKind::kNoop) continue;
      if (action.changes.empty() || action.kind == plan::ActionKind::kCreate)
        add(at->second, Form::kObject, "", "a plan would change it");
      for (const schema::FieldChange& change : action.changes) {
        const std::string path = to_manifest_path(action.descriptor->fields, change.path);
        add(at->second, path.empty() ? Form::kObject : Form::kField, path, "live's value can't be repeated");
      }
    }
  }

  const std::string& text_;
  const std::vector<Written>& written_;
  const ExportInput& input_;
  std::map<model::ObjectKey, std::size_t> index_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check(const std::string& text, const std::vector<Written>& written,
                           const ExportInput& input) {
  return Checker(text, written, input).run();
}

std::vector<std::string> find_differences_with_state(const std::string& text, const ExportInput& input) {
  diag::SourceTable sources;
  diag::Sink sink;
  const model::DesiredState desired = read(text, input, sources, sink);
  std::vector<std::string> differences;
  for (const plan::Action& action : plan_of(desired, input, *input.recorded, sink).actions) {
    if (desired.find(action.key) == nullptr) continue;
    for (const schema::FieldChange& change : action.changes)
      differences.push_back(action.key.to_string() + ": " + change.path);
  }
  return differences;
}

}  // namespace descopectl::exporter
