// export: the live project as manifests, on standard output or as files.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/exporter/export.hpp"
#include "descopectl/kinds/registry.hpp"
#include "export_folder.hpp"
#include "run.hpp"

namespace descopectl::cli {

namespace net = boost::asio;
namespace fs = std::filesystem;
using diag::ExitStatus;

namespace {

constexpr std::string_view kSingleFile = "manifests.yaml";

class ExportRun {
 public:
  ExportRun(Context& context, Connected& connected) : context_(context), connected_(connected) {}

  net::awaitable<ExitStatus> run() {
    if (!read_state()) co_return emit_failure(context_, ExitStatus::kInvalidInput);
    auto reader = api::make_reader(connected_.io.get_executor(), connected_.options);
    if (!reader) co_return emit_failure(context_, report(context_, reader.error()));
    exporter::ExportInput input;
    input.kinds.insert(flags().kinds.begin(), flags().kinds.end());
    input.policy = make_policy(context_);
    const apply::LiveOptions options =
        make_live_options(context_, exporter::find_needed_kinds(input.kinds), exporter::find_list_parents);
    auto live = co_await apply::read_live(**reader, recorded_, options);
    if (!live) co_return emit_failure(context_, report(context_, live.error()));
    tell_unavailable(live->state);
    input.live = &live->state;
    input.recorded = &recorded_;
    made_ = exporter::make_export(input, context_.sink);
    const auto told = co_await tell_of_lost(**reader, live->state);
    if (!told) co_return emit_failure(context_, report(context_, told.error()));
    co_return context_.options.out.empty() ? print() : write_files(live->state);
  }

 private:
  const ExportFlags& flags() const { return context_.options.export_flags; }

  /// Owned objects keep their handles; a state of another project says nothing about this one.
  bool read_state() {
    auto recorded = read_recorded(context_);
    if (!recorded) return false;
    if (recorded->project_id.empty() || recorded->project_id == connected_.options.project_id)
      recorded_ = std::move(*recorded);
    return true;
  }

  /// What the first of two generations shows in part, or as something else.
  net::awaitable<Result<void>> tell_of_lost(api::Reader& reader, const model::LiveState& live) {
    if (make_policy(context_).inbound_generation != 1) co_return Result<void>();
    for (const schema::Kind* kind : kinds::all()) {
      const bool is_exported =
          std::any_of(made_.objects.begin(), made_.objects.end(),
                      [&](const exporter::ExportedObject& object) { return object.key.kind == kind->name; });
      if (kind->lost_by_first_generation == nullptr || !is_exported) continue;
      const auto second = co_await list_second_generation(reader, *kind);
      if (!second) co_return second.error();
      for (const model::LiveObject& object : *second)
        tell_of_lost(*kind, live, object);
    }
    co_return Result<void>();
  }

  void tell_of_lost(const schema::Kind& kind, const model::LiveState& live, const model::LiveObject& second) {
    const auto made = std::find_if(made_.objects.begin(), made_.objects.end(), [&](const auto& object) {
      return object.key.kind == kind.name && object.live_id == second.id;
    });
    const model::LiveObject* first = live.find(kind.name)->find(second.id);
    if (made == made_.objects.end() || first == nullptr) return;
    const std::string lost = kind.lost_by_first_generation(first->body, second.body);
    if (lost.empty()) return;
    context_.sink.warning(
        "not-exported", {},
        fmt::format("{}: {} is not in its manifest as it is", made->key.to_string(), lost),
        "set 'inboundApi: v2' in descopectl.yaml and export again; made elsewhere of this manifest, the app "
        "would get other claims");
  }

  void tell_unavailable(const model::LiveState& live) {
    for (const auto& [name, kind] : live.kinds)
      if (!kind.unavailable.empty())
        context_.sink.warning("not-exported", {},
                              fmt::format("{} can't be listed: {}", name, kind.unavailable),
                              "give the management key the right to read them");
  }

  ExitStatus print() {
    const std::string stream = exporter::to_stream(made_);
    const ExitStatus exit = emit(ExitStatus::kDone, stream, stream);
    tell_rest(true);
    return exit;
  }

  ExitStatus write_files(const model::LiveState& live) {
    const std::vector<ExportedFile> files = make_files();
    const OtherManifests others = find_other_manifests(context_, made_, live, files);
    if (!may_write(files, others)) return emit(ExitStatus::kRefused, "", "");
    for (const ExportedFile& file : files) {
      const auto written = context_.output.file(file.path.string(), file.text, false);
      if (written) continue;
      context_.fail("failure", written.error().message());
      return emit(ExitStatus::kFailure, "", "");
    }
    tell_of_others(others);
    const std::string counts =
        fmt::format("Wrote {} to {} below {}.\n", base::counted(made_.objects.size(), "manifest"),
                    base::counted(files.size(), "file"), base::printable(context_.options.out));
    const ExitStatus exit = emit(ExitStatus::kDone, counts, "");
    tell_rest(false);
    return exit;
  }

  std::vector<ExportedFile> make_files() const {
    const fs::path folder = from_working_folder(context_, context_.options.out);
    std::vector<ExportedFile> files;
    if (flags().is_single_file && !made_.objects.empty()) {
      files.push_back({folder / kSingleFile, std::string(kSingleFile), exporter::to_stream(made_)});
      return files;
    }
    for (const exporter::ExportedObject& object : made_.objects)
      files.push_back({folder / object.file, object.file, exporter::to_file(object)});
    return files;
  }

  /// Nothing is written where anything would be lost.
  bool may_write(const std::vector<ExportedFile>& files, const OtherManifests& others) {
    if (context_.options.may_overwrite) return true;
    if (!others.twice.empty()) {
      context_.fail(
          "files-exist",
          fmt::format("nothing was written: below {} {} declared already, in another file: {}",
                      base::printable(context_.options.out), others.twice.size() == 1 ? "is" : "are",
                      base::join_first_words(others.twice)),
          "choose another folder, or remove those first; --overwrite writes all the same");
      return false;
    }
    std::vector<std::string> different;
    for (const ExportedFile& file : files) {
      std::error_code error;
      if (!fs::exists(fs::symlink_status(file.path, error))) continue;
      const auto content = base::read_file(file.path, file.text.size());
      if (!content || *content != file.text) different.push_back(base::printable(file.name));
    }
    if (different.empty()) return true;
    context_.fail(
        "files-exist",
        fmt::format("nothing was written: below {} {} already, with other content: {}",
                    base::printable(context_.options.out), different.size() == 1 ? "exists" : "exist",
                    base::join_words({different.begin(), different.end()})),
        "choose another folder, or replace them with --overwrite");
    return false;
  }

  void tell_of_others(const OtherManifests& others) {
    if (!others.twice.empty())
      context_.sink.warning(
          "declared-twice", {},
          fmt::format("below {} what was exported is declared in other files as well: {}",
                      base::printable(context_.options.out), base::join_first_words(others.twice)),
          "remove one of the two: an object has one manifest");
    if (!others.gone.empty())
      context_.sink.warning(
          "files-left", {},
          fmt::format("below {} {} not live: {}", base::printable(context_.options.out),
                      others.gone.size() == 1 ? "a manifest is of what is" : "manifests are of what is",
                      base::join_first_words(others.gone)),
          "remove what is gone for good: an apply would make it again");
  }

  ExitStatus emit(ExitStatus exit, const std::string& text, const std::string& documents) {
    return context_.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
      if (row.name == "text") return text;
      return base::to_pretty_json(render::with_ending(to_json(documents), shown.json));
    });
  }

  json::object to_json(const std::string& documents) const {
    json::array objects;
    for (const exporter::ExportedObject& object : made_.objects) {
      json::array variables;
      for (const exporter::SecretVariable& variable : object.variables)
        variables.emplace_back(json::object{{"name", variable.name}, {"path", variable.pointer}});
      objects.emplace_back(json::object{{"address", object.key.to_string()},
                                        {"live_id", object.live_id},
                                        {"file", object.file},
                                        {"variables", std::move(variables)}});
    }
    json::object left;
    for (const auto& [kind, count] : made_.left)
      left[kind] = count;
    json::object document{{"objects", std::move(objects)}, {"left_out", std::move(left)}};
    if (!documents.empty()) document["manifests"] = documents;
    return document;
  }

  /// For people, beside the result: what to set, and what is not in it.
  void tell_rest(bool has_comment) {
    std::string text;
    for (const exporter::ExportedObject& object : made_.objects)
      for (const exporter::SecretVariable& variable : object.variables)
        text +=
            fmt::format("  {}: {} {}\n", variable.name, object.key.to_string(), variable.pointer.substr(1));
    if (!text.empty())
      text = fmt::format("Secrets are not exported. Set these variables before an apply that sends them{}:\n",
                         has_comment ? " (also in the comment at the top)" : "") +
             text;
    std::string left;
    for (const auto& [kind, count] : made_.left)
      left += fmt::format("{}{} {}", left.empty() ? "" : ", ", count, kind);
    if (!left.empty())
      text += fmt::format("Left out, as they are tenants', self-registered or the system's own: {}.\n", left);
    if (made_.objects.empty()) text += "There is nothing to export.\n";
    context_.output.note(text);
  }

  Context& context_;
  Connected& connected_;
  model::RecordedState recorded_;
  exporter::Export made_;
};

net::awaitable<ExitStatus> export_connected(Context& context, Connected& connected) {
  ExportRun run(context, connected);
  co_return co_await run.run();
}

}  // namespace

ExitStatus run_export(Context& context) {
  for (const std::string& name : context.options.export_flags.kinds) {
    const schema::Kind* kind = kinds::find(name);
    if (kind == nullptr || exporter::is_exportable(*kind)) continue;
    context.fail("invalid-value", fmt::format("{} is not exported by itself", name),
                 fmt::format("it is part of its {0}: write --kind {0}", kind->item_of.kind));
  }
  if (context.sink.has_errors()) return emit_failure(context, ExitStatus::kInvalidInput);
  return run_connected(context, [&](Connected& connected) { return export_connected(context, connected); });
}

}  // namespace descopectl::cli
