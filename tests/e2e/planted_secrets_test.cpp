// A secret planted in every field that takes one: whatever is run, and whatever goes wrong, not a byte of it
// is seen. Fields are those of the kinds' tables, commands those of the program's help.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "api.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "hosted.hpp"

namespace descopectl::e2e {
namespace {

using http::Mischief;
using http::Reply;
using http::Request;
using http::Response;
using http::Server;

// Not one letter in a row that a message would hold by chance; every character that some encoder changes.
constexpr std::string_view kPlanted = R"(xK7/qZ+vW"jY\hX&pQ<zJ> wV%41~kM'gB=nD?fR#tS_uC-)";

constexpr std::string_view kPlantedKey = "K2vWq8+jXz/3RbN=hT7kYpL~mD5gFs&cJ4";

/// A field that takes a secret: its kind, and the members that lead to it.
struct Place {
  const schema::Kind* kind;
  std::vector<std::string> path;

  [[nodiscard]] std::string variable() const { return "PLANTED_" + std::string(kind->name); }
};

void find_places(const schema::Kind& kind, std::span<const schema::Field> fields,
                 std::vector<std::string> path, std::vector<Place>& found) {
  for (const schema::Field& field : fields) {
    path.emplace_back(field.name);
    if (field.secret) found.push_back({&kind, path});
    find_places(kind, field.fields, path, found);
    path.pop_back();
  }
}

std::vector<Place> all_places() {
  std::vector<Place> found;
  for (const schema::Kind* kind : kinds::all())
    find_places(*kind, kind->fields, {}, found);
  return found;
}

/// One manifest of the kind with its required fields and, at each of its places, `{fromEnv: VARIABLE}`.
json::object manifest_of(const schema::Kind& kind, const std::vector<Place>& places,
                         const std::string& handle) {
  json::object spec;
  for (const schema::Field& field : kind.fields)
    if (field.required) spec[field.name] = handle;
  for (const Place& place : places) {
    if (place.kind != &kind) continue;
    json::object* within = &spec;
    for (std::size_t i = 0; i + 1 < place.path.size(); ++i) {
      if (!(*within)[place.path[i]].is_object()) (*within)[place.path[i]].emplace_object();
      within = &(*within)[place.path[i]].as_object();
    }
    (*within)[place.path.back()] = {{"fromEnv", place.variable()}};
  }
  return {{"apiVersion", "descopectl/v1"},
          {"kind", kind.name},
          {"metadata", {{"name", handle}}},
          {"spec", std::move(spec)}};
}

template <class Encode>
std::string each_byte(std::string_view text, Encode encode) {
  std::string out;
  char buffer[8];
  for (const char c : text)
    out.append(buffer, static_cast<std::size_t>(encode(buffer, static_cast<unsigned>(c) & 0xFFU)));
  return out;
}

std::string formatted(std::string_view text, const char* format) {
  return each_byte(text, [&](char* buffer, unsigned byte) { return std::snprintf(buffer, 8, format, byte); });
}

/// The secret in every encoding that a service, a log or a file might put it into.
std::vector<std::string> forms_of(const std::string& secret) {
  const auto plain = [](unsigned byte) { return byte < 0x80 && std::isalnum(static_cast<int>(byte)) != 0; };
  std::vector<std::string> forms{secret, json::serialize(json::string(secret))};
  forms.push_back(json::serialize(json::string(forms.back())));
  for (const char* const format : {"%02x", "%02X", "%%%02x", "%%%02X", "\\u%04x", "\\u%04X", "\\\\u%04x"})
    forms.push_back(formatted(secret, format));
  for (const char* const format : {"%%%02x", "%%%02X", "\\u%04x"})
    forms.push_back(each_byte(secret, [&](char* buffer, unsigned byte) {
      return std::snprintf(buffer, 8, plain(byte) ? "%c" : format, byte);
    }));
  for (std::size_t before = 0; before < 3; ++before) {
    forms.push_back(base::to_base64(std::string(before, '~') + secret + "~~~"));
    std::string url_safe = forms.back();
    std::replace(url_safe.begin(), url_safe.end(), '+', '-');
    std::replace(url_safe.begin(), url_safe.end(), '/', '_');
    forms.push_back(std::move(url_safe));
  }
  return forms;
}

/// What is wrong with the service, once it is broken.
struct Trouble {
  std::string name;
  /// The answer in place of the service's; `leak` is every secret in every form.
  std::function<Reply(const Request&, const Server::Handler&, const std::string& leak)> answer;

  friend void PrintTo(const Trouble& trouble, std::ostream* out) { *out << trouble.name; }
};

Trouble refusing(int status) {
  return {"Status" + std::to_string(status),
          [status](const Request& request, const Server::Handler&, const std::string& leak) {
            const json::object error{
                {"errorCode", "E011003"},
                {"errorDescription", leak},
                {"errorMessage", request.body + leak},
                {"message", std::string(http::find_header(request.headers, "Authorization"))}};
            Reply reply(Response(status, json::serialize(error)));
            reply.response.headers.emplace_back("Retry-After", "0");
            reply.response.headers.emplace_back("cf-ray", formatted(kPlantedKey, "%02x"));
            return reply;
          }};
}

Trouble saying(std::string name, int status, std::string before, std::string after) {
  return {std::move(name),
          [status, before, after](const Request& request, const Server::Handler&, const std::string& leak) {
            return Reply(Response(status, before + request.body + leak + after));
          }};
}

Trouble mischief(std::string name, Mischief what) {
  return {std::move(name),
          [what](const Request& request, const Server::Handler& service, const std::string&) {
            Reply reply = service(request);
            reply.mischief = what;
            return reply;
          }};
}

/// The service hands out what it should hide: in the objects of its lists, and in members that nobody knows.
Trouble leaking() {
  return {
      "LeakedByLists", [](const Request& request, const Server::Handler& service, const std::string& leak) {
        Reply reply = service(request);
        json::value answer = reply.response.body.empty() ? json::value() : json::parse(reply.response.body);
        if (!answer.is_object()) return reply;
        answer.as_object()["debug"] = leak;
        for (auto& [name, member] : answer.as_object()) {
          if (!member.is_array()) continue;
          for (json::value& item : member.as_array())
            if (item.is_object())
              for (const Place& place : all_places())
                item.as_object()[place.path.front()] = leak;
        }
        reply.response.body = json::serialize(answer);
        return reply;
      }};
}

std::vector<Trouble> all_troubles() {
  std::vector<Trouble> all;
  for (const int status : {302, 400, 401, 404, 409, 429, 500, 503})
    all.push_back(refusing(status));
  all.push_back(saying("Html", 502, "<html><body>", "</body></html>"));
  all.push_back(saying("HtmlWithSuccess", 200, "<html><body>", "</body></html>"));
  all.push_back(saying("HalfAnObject", 200, R"({"id":"x","errorMessage":")", ""));
  all.push_back(mischief("Truncated", Mischief::kTruncateAnswer));
  all.push_back(mischief("Reset", Mischief::kResetBeforeAnswer));
  all.push_back(leaking());
  return all;
}

class PlantedSecrets : public testing::TestWithParam<Trouble>, public Workspace {
 protected:
  PlantedSecrets()
      : hosted({}, [this](const Request& request, const Server::Handler& service) {
          return is_broken ? GetParam().answer(request, service, leak()) : service(request);
        }) {
    aim(*this, hosted);
    folder.write("descopectl.yaml",
                 "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                 "http: {retries: 1, retryBaseMilliseconds: 1, settleSeconds: 0}\n");
    environment["DESCOPE_MANAGEMENT_KEY"] = kPlantedKey;
    planted.insert(std::string(kPlantedKey));
    for (const Place& place : places)
      handles.emplace(place.kind->name, "planted-" + std::to_string(handles.size()));
    for (const auto& [kind, handle] : handles)
      folder.write("descope/" + handle + ".yaml",
                   json::serialize(manifest_of(*kinds::find(kind), places, handle)) + "\n");
    plant();
  }

  /// Gives every field a secret of its own, another one than before.
  void plant() {
    for (const Place& place : places) {
      std::string secret(kPlanted);
      std::rotate(secret.begin(), secret.begin() + static_cast<std::ptrdiff_t>(planted.size()), secret.end());
      planted.insert(secret);
      environment[place.variable()] = secret;
    }
  }

  /// What a malicious service says: all that the run could know itself, in all forms. A command that reads no
  /// manifests knows the key alone.
  [[nodiscard]] std::string leak() const {
    std::string all;
    for (const std::string& secret : planted)
      if (knows_manifests || secret == kPlantedKey)
        for (const std::string& form : forms_of(secret))
          all += form + " ";
    return all;
  }

  /// Runs the command, trace lines and all, once for people and once for programs; keeps what was to be seen.
  void look_at(const Arguments& command) {
    for (const Arguments& format :
         {Arguments{}, Arguments{"--json", "--log-format", "json", "--report", "text=report.txt"}}) {
      Arguments arguments = command;
      arguments.insert(arguments.end(), {"--log-level", "trace"});
      arguments.insert(arguments.end(), format.begin(), format.end());
      seen += run(arguments).all();
      keep_files();
    }
  }

  void keep_files() {
    for (const auto& [name, text] : folder.files())
      if (name.rfind("descope/", 0) != 0) seen += text;
  }

  /// Every command of the program, with what it needs to get far.
  [[nodiscard]] std::vector<Arguments> commands() const {
    const std::string kObject = "KIND/NAME";
    const std::map<std::string, Arguments> needs{
        {"apply", {"--auto-approve"}},
        {"destroy", {"--auto-approve"}},
        {"adopt", {"--all", "--auto-approve"}},
        {"output", {kObject}},
        {"rotate", {kObject, "--auto-approve", "--secret-file", "descope/new.txt"}}};
    std::vector<Arguments> all;
    const std::string names = run({"help"}).out;
    std::size_t at = names.find("\nCommands:\n");
    EXPECT_NE(at, std::string::npos) << names;
    for (at = names.find('\n', at + 1); names.compare(at, 3, "\n  ") == 0; at = names.find('\n', at + 1)) {
      const std::string name = names.substr(at + 3, names.find_first_of(" \n", at + 3) - at - 3);
      if (name == "emulator") continue;  // goes on until it is ended
      const auto found = needs.find(name);
      const Arguments more = found == needs.end() ? Arguments{} : found->second;
      const bool takes_object = !more.empty() && more.front() == kObject;
      for (const auto& [kind, handle] : handles) {
        all.push_back({name});
        all.back().insert(all.back().end(), more.begin(), more.end());
        if (!takes_object) break;
        all.back().at(1) = kind + "/" + handle;
      }
    }
    return all;
  }

  void expect_nothing_seen() const {
    ASSERT_GT(seen.size(), 10'000U);
    for (const std::string& secret : planted)
      for (const std::string& form : forms_of(secret)) {
        const std::size_t piece = std::max<std::size_t>(12, 4 * form.size() / secret.size());
        for (std::size_t at = 0; at + piece <= form.size(); at += 3) {
          const auto found = seen.find(form.substr(at, piece));
          ASSERT_EQ(found, std::string::npos) << "'" << form << "' was seen: ..."
                                              << seen.substr(found - std::min<std::size_t>(found, 300), 600);
        }
      }
  }

  const std::vector<Place> places = all_places();
  std::map<std::string, std::string> handles;  ///< by kind
  std::set<std::string> planted;
  std::atomic<bool> is_broken = false;
  std::atomic<bool> knows_manifests = true;
  std::string seen;
  Hosted hosted;
};

TEST_P(PlantedSecrets, AreNeverSeen) {
  ASSERT_FALSE(places.empty());
  is_broken = true;
  look_at({"plan"});
  look_at({"apply", "--auto-approve"});
  is_broken = false;
  ASSERT_EQ(run({"apply", "--auto-approve"}).status, 0);
  keep_files();
  plant();
  is_broken = true;
  for (const Arguments& command : commands()) {
    knows_manifests =
        command.front() != "export" && command.front() != "output" && command.front() != "rotate";
    look_at(command);
  }
  EXPECT_GT(hosted.request_count(), 20U);
  expect_nothing_seen();
}

INSTANTIATE_TEST_SUITE_P(Troubles, PlantedSecrets, testing::ValuesIn(all_troubles()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace descopectl::e2e
