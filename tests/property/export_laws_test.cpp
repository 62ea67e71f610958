// Laws of export, over generated projects: what is exported is what is live, whatever it holds.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <tuple>

#include "descopectl/exporter/export.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/schema/values.hpp"
#include "shuffle.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

using schema::Field;
using schema::Format;
using schema::Type;
using test::actions_of;
using test::Project;
using test::shuffle_value;

std::string pick(const std::vector<std::string>& words) {
  return words[*rc::gen::inRange<std::size_t>(0, words.size())];
}

bool toss() {
  return *rc::gen::arbitrary<bool>();
}

/// Whatever a text may hold that YAML, manifests or file names have a meaning for.
std::string make_text() {
  static const std::vector<std::string> kWords{
      "alpha",      "With Space", "no",
      "NULL",       "0o17",       "1e3",
      "12",         "012",        "~",
      "true",       "'q'",        "\"d\"",
      "a: b",       "a #b",       "- x",
      "# x",        " lead",      "trail ",
      "two\nlines", "ends\n",     "two\n\n",
      "\n",         "tab\there",  "Ünïcode",
      "日本語",     "😀",         "${env:HOME}",
      "$${x}",      "{{user.x}}", "<<",
      "!unset",     "&a",         "*a",
      "a\\b",       "2020-01-01", "\x01\x1f\x7f",
      "\u0085",     "\u2028",     "\uFEFF",
      "\u202E",     "a,b",        "[x]",
      "{x}",        "%",          "@",
      "`",          "|",          ">",
      "---",        "...",        "a/b~c",
      "x:y",        "x=y",        "-----BEGIN KEY-----\nabc\n-----END KEY-----\n",
      "a\r\nb"};
  return toss() ? pick(kWords) : pick(kWords) + pick(kWords);
}

std::string make_valid_text(const Field& row) {
  if (!row.values.empty())
    return std::string(row.values[*rc::gen::inRange<std::size_t>(0, row.values.size())]);
  if (row.format != Format::kNone)
    return pick({"https://a.example/b?c=d&e=%20", "https://x.example", "http://1.2.3.4:8080/p;q"});
  if (row.required) return "n" + make_text();
  return make_text();
}

class LiveMaker {
 public:
  /// True where an object may name what is not in the project.
  bool fill(Project& project) {
    has_loose_ends_ = *rc::gen::inRange(0, 4) == 0;
    for (const schema::Kind* kind : kinds::all()) {
      if (kind->item_of.exists() || !kind->calls.list.exists()) continue;
      const int count = *rc::gen::inRange(0, 4);
      for (int i = 0; i < count; ++i)
        ids_[std::string(kind->name)].push_back(make_id(*kind, i));
    }
    for (const schema::Kind* kind : kinds::all())
      for (const std::string& id : ids_[std::string(kind->name)])
        add(project, *kind, id);
    return has_loose_ends_;
  }

 private:
  static std::string make_id(const schema::Kind& kind, int index) {
    const std::string number = std::to_string(index);
    if (!kind.id_chosen_by_client) return std::string(kind.id_prefix) + "x" + number;
    return number + pick({"google", "a:b", "With Space", "null", "ü", "-x", "c"});
  }

  void add(Project& project, const schema::Kind& kind, const std::string& id) {
    json::object body = make_members(kind.fields, 0);
    for (const std::string_view field : kind.natural_keys)
      if (field != kind.id_field) body[field] = "https://" + std::to_string(unique_number_++) + ".example";
    keep_rules(kind, body);
    if (!schema::has_key(kind)) body[kind.id_field] = id;
    const std::string live_id = schema::live_id_of(kind, body);
    // Of objects that are known by a key there is one for each key, and none under half a key.
    if (live_id.empty() || project.live.find(kind.name)->find(live_id) != nullptr) return;
    if (toss()) body["tomorrow"] = json::object{{"deep", make_text()}};
    project.add_live(std::string(kind.name), json::serialize(body));
  }

  /// The service would not have taken what the kind's rules over several fields refuse.
  static void keep_rules(const schema::Kind& kind, json::object& body) {
    if (kind.check == nullptr) return;
    for (bool is_clean = false; !is_clean;) {
      std::vector<schema::RuleFinding> findings;
      kind.check(schema::without_zeros(body), findings);
      is_clean = findings.empty();
      for (const schema::RuleFinding& finding : findings)
        schema::erase_at(kind.fields, body, finding.pointer);
    }
  }

  json::object make_members(schema::Fields fields, int depth) {
    json::object out;
    for (const Field& row : fields) {
      if (row.secret || row.write_only || row.type == Type::kConnectionScopes) continue;
      if (row.name == "tenantId" || row.name == "dynamic" || row.name == "systemDefault") continue;
      if (row.required || toss()) out[row.wire_name()] = make_value(row, fields, depth);
    }
    return out;
  }

  json::value make_value(const Field& row, schema::Fields fields, int depth) {
    const bool is_zero = !row.required && *rc::gen::inRange(0, 6) == 0;
    switch (row.type) {
      case Type::kString:
        return is_zero ? json::value("") : json::value(make_valid_text(row));
      case Type::kBoolean:
        return toss();
      case Type::kInteger:
        return is_zero ? 0 : *rc::gen::inRange(1, 1000);
      case Type::kInteger64:
        return json::value(std::to_string(*rc::gen::inRange(0, 1000)));
      case Type::kStringList:
        return make_texts(row, fields);
      case Type::kStringMap:
      case Type::kObjectMap:
        return make_map(row, depth);
      case Type::kObject:
        return make_members(row.fields, depth + 1);
      case Type::kObjectList:
        return make_items(row, depth);
      case Type::kReference:
        return json::value(make_reference(row));
      case Type::kConnectionScopes:
        break;
    }
    return nullptr;
  }

  json::value make_texts(const Field& row, schema::Fields fields) {
    const auto typed = std::find_if(fields.begin(), fields.end(), [&](const Field& other) {
      return other.type == Type::kConnectionScopes && other.wire_name() == row.wire_name();
    });
    json::array list;
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
      if (typed != fields.end() && toss())
        list.emplace_back(make_reference(*typed) + (toss() ? ":" + make_text() : ""));
      else
        list.emplace_back(make_valid_text(row));
    }
    return list;
  }

  json::value make_map(const Field& row, int depth) {
    json::object map;
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i)
      map[make_text()] = row.type == Type::kStringMap ? json::value(make_text())
                                                      : json::value(make_members(row.fields, depth + 1));
    return map;
  }

  json::value make_items(const Field& row, int depth) {
    json::array list;
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
      json::object item = make_members(row.fields, depth + 1);
      if (!row.key.empty()) item[row.key] = make_text() + "#" + std::to_string(unique_number_++);
      list.push_back(std::move(item));
    }
    return list;
  }

  std::string make_reference(const Field& row) {
    const auto& known = ids_[std::string(row.reference)];
    if (has_loose_ends_ && toss()) return "elsewhere";
    if (known.empty()) return "";
    return known[*rc::gen::inRange<std::size_t>(0, known.size())];
  }

  std::map<std::string, std::vector<std::string>> ids_;
  int unique_number_ = 1;
  bool has_loose_ends_ = false;
};

struct Result {
  std::string text;
  std::string warnings;
};

Result export_of(const Project& project) {
  exporter::ExportInput input;
  input.live = &project.live;
  input.recorded = &project.recorded;
  input.policy = project.policy;
  diag::Sink sink;
  Result result{exporter::to_stream(exporter::make_export(input, sink)), ""};
  for (const diag::Diagnostic& diagnostic : sink.all())
    if (diagnostic.code != "connection-scope-format") result.warnings += diagnostic.summary + "\n";
  return result;
}

/// Actions of a plan with these manifests, adoptions without a change left out, errors in their place.
std::string actions_with(const Project& project, const std::string& text) {
  if (text.empty()) return "";
  test::Manifests manifests(text);
  const plan::Plan plan = project.plan(manifests);
  if (manifests.sink.has_errors()) return manifests.messages();
  std::string refusals;
  for (const plan::Refusal& refusal : plan.refusals)
    refusals += refusal.summary + "\n";
  return plan.has_changes() ? actions_of(plan) : refusals;
}

void check_plans_right_after() {
  Project project;
  const bool has_loose_ends = LiveMaker().fill(project);
  const Result made = export_of(project);
  for (const auto& [name, kind] : project.live.kinds)
    for (const model::LiveObject& object : kind.objects)
      RC_LOG() << name << " " << json::serialize(object.body) << "\n";
  // What names an object that is not there can't be declared: it is left out, with what hangs on it.
  if (!has_loose_ends) RC_ASSERT(made.warnings == "");
  RC_ASSERT(actions_with(project, made.text) == "");
  if (made.text.empty()) return;
  project.apply_text(made.text);
  RC_ASSERT(!project.plan_text(made.text).has_work());
  const Result again = export_of(project);
  RC_ASSERT(again.text == made.text);
}

RC_GTEST_PROP(ExportLaws, ThePlanRightAfterShowsNoChangeWithTheStateAndWithout, ()) {
  constexpr int kProjects = 10;  // a case, and there are a hundred cases
  for (int i = 0; i < kProjects; ++i)
    check_plans_right_after();
}

RC_GTEST_PROP(ExportLaws, TheOrderOfTheServerChangesNoByte, ()) {
  Project project;
  std::ignore = LiveMaker().fill(project);
  const std::string before = export_of(project).text;
  shuffle_live(project);
  RC_ASSERT(export_of(project).text == before);
}

}  // namespace
}  // namespace descopectl
