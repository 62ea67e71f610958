// Live objects as manifests, round by round until they hold.
#include "descopectl/exporter/export.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "check.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/diff/compare.hpp"
#include "descopectl/document/emit.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/manifest/envelope.hpp"
#include "descopectl/schema/identity.hpp"
#include "names.hpp"
#include "spec.hpp"

namespace descopectl::exporter {

bool is_exportable(const schema::Kind& kind) {
  return !kind.item_of.exists() && kind.calls.list.exists();
}

namespace {

/// Each round that finds something leaves out at least one thing more; projects need two or three.
constexpr unsigned kMostRounds = 100;

bool is_wanted(const std::set<std::string>& kinds, const schema::Kind& kind) {
  return is_exportable(kind) && (kinds.empty() || kinds.contains(std::string(kind.name)));
}

/// The kinds that fields of a kind name by live id, at any depth.
void collect_references(schema::Fields fields, std::set<std::string_view>& kinds) {
  for (const schema::Field& row : fields) {
    if (!row.reference.empty()) kinds.insert(row.reference);
    collect_references(row.fields, kinds);
  }
}

/// One object on its way into a document.
struct Candidate {
  const schema::Kind* kind = nullptr;
  const model::LiveObject* live = nullptr;
  const model::RecordedObject* owned = nullptr;
  std::string handle;
  bool has_id = false;  ///< metadata.id is written
  bool is_left_out = false;
  std::set<std::string> fields_left_out;

  [[nodiscard]] model::ObjectKey key() const { return {std::string(kind->name), handle}; }
};

class Exporter {
 public:
  Exporter(const ExportInput& input, diag::Sink& sink) : input_(input), sink_(sink) {}

  Export run() {
    choose();
    name_all();
    std::string text = write();
    for (unsigned round = 0; !written_.empty(); ++round) {
      const std::vector<Finding> findings = check(text, written_, input_);
      if (findings.empty()) break;
      take_all(findings, round >= kMostRounds);
      text = write();
    }
    if (has_pairs_ && input_.policy.connection_scope_format != diff::ConnectionScopeFormat::kIdAndScope)
      sink_.warning(
          "connection-scope-format", {},
          "live holds scopes of connections as ID:SCOPE; the manifests name connection and scope",
          "write 'connectionScopeFormat: id:scope' into their descopectl.yaml, or an object that is "
          "made of them elsewhere gets another form");
    if (!written_.empty() && !input_.recorded->objects.empty())
      for (const std::string& difference : find_differences_with_state(text, input_))
        sink_.warning("state-differs", {},
                      fmt::format("{}: the state last applied what can't be exported now", difference),
                      "a plan with these manifests and this state shows it as a change");
    return std::move(made_);
  }

 private:
  void choose() {
    using Id = std::pair<std::string_view, std::string_view>;  // kind, live id
    std::map<Id, const model::RecordedObject*> owned_by_id;
    for (const auto& [key, object] : input_.recorded->objects)
      if (!object.is_partial) owned_by_id.emplace(Id(key.kind, object.live_id), &object);
    for (const schema::Kind* kind : kinds::all()) {
      const model::LiveKind* live = input_.live->find(kind->name);
      if (live == nullptr) continue;
      for (const model::LiveObject& object : live->objects) {
        handles_.emplace(std::pair(std::string(kind->name), object.id), "");
        if (!is_wanted(input_.kinds, *kind)) continue;
        const auto at = owned_by_id.find(Id(kind->name, object.id));
        const model::RecordedObject* owned = at == owned_by_id.end() ? nullptr : at->second;
        if (owned == nullptr && kind->is_never_pruned != nullptr && kind->is_never_pruned(object.body))
          ++made_.left[std::string(kind->name)];
        else
          candidates_.push_back({kind, &object, owned, "", false, false, {}});
      }
    }
  }

  // ---- handles ------------------------------------------------------------------------------------------

  /// Owned objects keep their handles. Of the others those with names come first, as objects without one are
  /// called after what they refer to.
  void name_all() {
    for (const auto& [key, object] : input_.recorded->objects)
      taken_[key.kind].insert(key.handle);
    for (Candidate& candidate : candidates_)
      if (candidate.owned != nullptr) set_handle(candidate, candidate.owned->key.handle);
    name_by([](const Candidate& candidate) {
      return make_handle(base::text_member(candidate.live->body, candidate.kind->name_field));
    });
    name_by([this](const Candidate& candidate) { return handle_of_references(candidate); });
    name_by([](const Candidate& candidate) { return make_handle(candidate.live->id); });
    name_by([](const Candidate& candidate) { return make_handle(candidate.kind->name); });
    std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& left, const Candidate& right) {
      const auto place = [](const Candidate& one) {
        const auto all = kinds::all();
        return std::pair(std::find(all.begin(), all.end(), one.kind), &one.handle);
      };
      const auto [left_kind, left_handle] = place(left);
      const auto [right_kind, right_handle] = place(right);
      return left_kind != right_kind ? left_kind < right_kind : *left_handle < *right_handle;
    });
  }

  /// Gives a handle to each that has none yet and for which `base_of` has one; equal ones in the order of
  /// live ids.
  template <class BaseOf>
  void name_by(BaseOf base_of) {
    std::vector<std::pair<std::string, Candidate*>> bases;
    for (Candidate& candidate : candidates_)
      if (candidate.handle.empty()) bases.emplace_back(base_of(candidate), &candidate);
    std::sort(bases.begin(), bases.end(), [](const auto& left, const auto& right) {
      return std::tie(left.first, left.second->live->id) < std::tie(right.first, right.second->live->id);
    });
    for (auto& [base, candidate] : bases)
      if (!base.empty())
        set_handle(*candidate, make_unique(std::move(base), "-", taken_[std::string(candidate->kind->name)]));
  }

  void set_handle(Candidate& candidate, std::string handle) {
    candidate.has_id = candidate.kind->id_chosen_by_client && handle != candidate.live->id;
    handles_[{std::string(candidate.kind->name), candidate.live->id}] = handle;
    candidate.handle = std::move(handle);
  }

  std::string handle_of_references(const Candidate& candidate) const {
    if (!base::text_member(candidate.live->body, candidate.kind->name_field).empty()) return {};
    std::string handle;
    for (const diff::LiveReference& reference :
         diff::find_live_references(*candidate.kind, candidate.live->body)) {
      if (reference.is_name) continue;
      const auto at = handles_.find({reference.kind, reference.value});
      const bool has_handle = at != handles_.end() && !at->second.empty();
      const std::string part = has_handle ? at->second : make_handle(reference.value);
      if (!part.empty()) handle += (handle.empty() ? "" : "-") + part;
    }
    return make_handle(handle);
  }

  // ---- documents ----------------------------------------------------------------------------------------

  std::string write() {
    made_.objects.clear();
    written_.clear();
    candidate_of_.clear();
    variables_.clear();
    std::string text;
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      const Candidate& candidate = candidates_[i];
      if (candidate.is_left_out) continue;
      ExportedObject object = write_object(candidate);
      text += "---\n";
      written_.push_back({candidate.kind, object.key, object.live_id, text.size()});
      candidate_of_.push_back(i);
      text += object.text;
      made_.objects.push_back(std::move(object));
    }
    return text;
  }

  /// The handle; what is hidden (.name) would not be loaded from a folder.
  std::string file_name_of(const Candidate& candidate) const {
    std::string name = candidate.handle;
    while (name.starts_with('.') ||
           (name != candidate.handle && taken_.at(std::string(candidate.kind->name)).contains(name)))
      name.insert(0, "_");
    return name;
  }

  ExportedObject write_object(const Candidate& candidate) {
    ExportedObject object;
    object.key = candidate.key();
    object.live_id = candidate.live->id;
    object.file = fmt::format("{}/{}.yaml", folder_of(candidate.kind->name), file_name_of(candidate));
    const auto variable = [&](std::string_view field, const std::string& pointer) {
      std::string name =
          make_unique(make_variable(candidate.kind->name, candidate.handle, field), "_", variables_);
      object.variables.push_back({name, pointer});
      return name;
    };
    const SpecContext context{handles_,        input_.policy.inbound_generation,
                              candidate.owned, candidate.fields_left_out,
                              variable,        [this] { has_pairs_ = true; }};
    json::object document;
    document["apiVersion"] = manifest::kApiVersion;
    document["kind"] = candidate.kind->name;
    document["metadata"] = metadata_of(candidate);
    document["spec"] = write_spec(*candidate.kind, candidate.live->body, context);
    object.text = document::to_yaml(document);
    return object;
  }

  static json::object metadata_of(const Candidate& candidate) {
    json::object metadata;
    metadata["name"] = escape_text(candidate.handle);
    if (candidate.has_id) metadata["id"] = escape_text(candidate.live->id);
    json::object lifecycle;
    if (candidate.owned != nullptr && candidate.owned->prevent_destroy) lifecycle["preventDestroy"] = true;
    if (candidate.owned != nullptr && candidate.owned->keep_on_removal) lifecycle["onRemoval"] = "keep";
    if (!lifecycle.empty()) metadata["lifecycle"] = std::move(lifecycle);
    return metadata;
  }

  // ---- findings -----------------------------------------------------------------------------------------

  /// Several findings of one round may be about one thing; only what was tried before and did not help costs
  /// the object.
  void take_all(const std::vector<Finding>& findings, bool is_last_try) {
    std::set<std::pair<std::size_t, std::string>> tried;
    for (const Finding& finding : findings) {
      Candidate& candidate = candidates_[candidate_of_[finding.object]];
      if (candidate.is_left_out) continue;
      const bool is_new = tried.emplace(finding.object, finding.path).second;
      if (!is_last_try && (!is_new || try_to_settle(candidate, finding))) continue;
      candidate.is_left_out = true;
      handles_[{std::string(candidate.kind->name), candidate.live->id}].clear();
      sink_.warning("not-exported", {},
                    fmt::format("the {} '{}' is left out: {}", candidate.kind->name,
                                base::printable(candidate.live->id, 100), finding.why),
                    "it stays as it is in the project, and unmanaged");
    }
  }

  /// False where what would help was done already, or nothing helps.
  bool try_to_settle(Candidate& candidate, const Finding& finding) {
    if (finding.form == Finding::Form::kUnbound) {
      if (candidate.has_id || schema::has_key(*candidate.kind)) return false;
      candidate.has_id = true;
      return true;
    }
    if (finding.form != Finding::Form::kField || is_required(*candidate.kind, finding.path)) return false;
    if (!candidate.fields_left_out.insert(finding.path).second) return false;
    sink_.warning("not-exported", {},
                  fmt::format("{}: the field '{}' is left out: {}", candidate.key().to_string(),
                              finding.path.substr(1), finding.why),
                  "what is left out is not managed: live keeps it");
    return true;
  }

  static bool is_required(const schema::Kind& kind, std::string_view path) {
    const schema::Field* row = nullptr;
    schema::Fields fields = kind.fields;
    for (const std::string& token : base::split_pointer(path)) {
      row = schema::find_field(fields, token);
      if (row == nullptr) return false;
      fields = row->fields;
    }
    return row != nullptr && row->required;
  }

  const ExportInput& input_;
  diag::Sink& sink_;
  Export made_;
  std::vector<Candidate> candidates_;
  Handles handles_;
  std::map<std::string, std::set<std::string>> taken_;
  std::set<std::string> variables_;
  bool has_pairs_ = false;  ///< live holds scopes of connections as ID:SCOPE
  std::vector<Written> written_;
  std::vector<std::size_t> candidate_of_;  ///< of each document: its candidate
};

std::string comment_of(const std::vector<const ExportedObject*>& objects) {
  std::string lines;
  for (const ExportedObject* object : objects)
    for (const SecretVariable& variable : object->variables)
      lines +=
          fmt::format("#   {}: {} {}\n", variable.name, object->key.to_string(), variable.pointer.substr(1));
  if (lines.empty()) return lines;
  return "# Secrets are not exported. Set these variables before an apply that sends them:\n" + lines;
}

}  // namespace

std::vector<plan::NeededKind> find_needed_kinds(const std::set<std::string>& kinds) {
  std::set<std::string_view> referred;
  for (const schema::Kind* kind : kinds::all())
    if (is_wanted(kinds, *kind)) collect_references(kind->fields, referred);
  std::vector<plan::NeededKind> needed;
  for (const schema::Kind* kind : kinds::all()) {
    const bool is_named = kinds.contains(std::string(kind->name));
    const bool is_always_there = is_wanted(kinds, *kind) && !kind->is_listed_on_demand;
    if (is_wanted(kinds, *kind) || (is_exportable(*kind) && referred.contains(kind->name)))
      needed.push_back({kind, !is_named && !is_always_there});
  }
  return needed;
}

std::vector<std::string> find_list_parents(const schema::Kind& kind, const model::LiveState& live) {
  const schema::Field* row = schema::find_wire_field(kind.fields, kind.calls.list_by);
  const model::LiveKind* parents = row == nullptr ? nullptr : live.find(row->reference);
  std::vector<std::string> ids;
  if (parents == nullptr) return ids;
  for (const model::LiveObject& parent : parents->objects)
    ids.push_back(parent.id);
  return ids;
}

Export make_export(const ExportInput& input, diag::Sink& sink) {
  return Exporter(input, sink).run();
}

std::string to_stream(const Export& made) {
  std::vector<const ExportedObject*> all;
  for (const ExportedObject& object : made.objects)
    all.push_back(&object);
  std::string text = comment_of(all);
  for (const ExportedObject& object : made.objects)
    text += (text.empty() ? "" : "---\n") + object.text;
  return text;
}

std::string to_file(const ExportedObject& object) {
  return comment_of({&object}) + object.text;
}

}  // namespace descopectl::exporter
