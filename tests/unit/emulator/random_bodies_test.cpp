// Whatever a request holds, the answer is a JSON object with a status, and errors have all four members.
#include <random>

#include "api.hpp"
#include "descopectl/kinds/registry.hpp"

namespace descopectl::emulator {
namespace {

/// Bodies near the real ones: field names of the tables with values of any type, sometimes with damage.
class Bodies {
 public:
  explicit Bodies(unsigned seed) : random_(seed) {
    for (const schema::Kind* kind : kinds::all())
      collect(kind->fields);
    for (const char* name : {"app",
                             "resource",
                             "template",
                             "ids",
                             "id",
                             "names",
                             "roles",
                             "policies",
                             "mappings",
                             "newName",
                             "thirdPartyApplicationId",
                             "resourceId",
                             "page",
                             "limit",
                             "x",
                             "attributes",
                             "tokens",
                             "appId",
                             "userId",
                             "userIds",
                             "consentIds",
                             "tenantId",
                             "apiKey",
                             "accessToken",
                             "options",
                             "action",
                             "actions",
                             "data",
                             "from",
                             "to",
                             "size",
                             "text",
                             "redirect_uris",
                             "client_name"})
      names_.emplace_back(name);
  }

  std::string make() {
    std::string text = json::serialize(make_object(4));
    if (pick(10) == 0 && !text.empty()) text.resize(pick(text.size()));
    if (pick(10) == 0 && !text.empty()) text[pick(text.size())] = static_cast<char>(pick(256));
    return text;
  }

  std::size_t pick(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }

 private:
  void collect(std::span<const schema::Field> rows) {
    for (const schema::Field& row : rows) {
      names_.emplace_back(row.wire_name());
      collect(row.fields);
    }
  }

  json::object make_object(int depth) {
    json::object object;
    for (std::size_t count = pick(6); count > 0; --count)
      object[names_[pick(names_.size())]] = make_value(depth - 1);
    return object;
  }

  json::value make_value(int depth) {
    switch (pick(depth > 0 ? 10 : 7)) {
      case 0:
        return nullptr;
      case 1:
        return pick(2) == 0;
      case 2:
        return static_cast<std::int64_t>(pick(5)) - 2;
      case 3:
        return 1.0e300;
      case 4:
        return std::uint64_t{18446744073709551615U};
      case 5:
        return json::string(pick(2) == 0 ? "" : "n");
      case 6:
        return json::string("https://a.test/\xc3\xa9");
      case 7: {
        json::array list;
        for (std::size_t count = pick(4); count > 0; --count)
          list.push_back(make_value(depth - 1));
        return list;
      }
      default:
        return make_object(depth);
    }
  }

  std::mt19937 random_;
  std::vector<std::string> names_;
};

std::vector<std::pair<std::string, std::string>> endpoints() {
  std::vector<std::pair<std::string, std::string>> result{
      {"POST", "/v1/mgmt/role/create/batch"},
      {"POST", "/v1/mgmt/role/update/batch"},
      {"POST", "/v1/mgmt/role/delete/batch"},
      {"POST", "/v1/mgmt/permission/update/batch"},
      {"POST", "/v1/mgmt/role/search"},
      {"POST", "/v1/mgmt/thirdparty/app/secret/add"},
      {"POST", "/v1/mgmt/thirdparty/app/rotate"},
      {"POST", "/v1/mgmt/thirdparty/app/secret/revoke"},
      {"GET", "/v1/mgmt/thirdparty/app/secret?id=n"},
      {"POST", "/v1/mgmt/scopeClaimMapping/set"},
      {"POST", "/v1/mgmt/resourcepolicy/create"},
      {"POST", "/v1/mgmt/resourcepolicy/update"},
      {"POST", "/v1/mgmt/resourcepolicy/delete/batch"},
      {"POST", "/v1/mgmt/user/customattribute/create"},
      {"POST", "/v1/mgmt/user/customattribute/delete"},
      {"POST", "/v1/mgmt/audit/search"},
      {"POST", "/v1/mgmt/audit/event"},
      {"POST", "/v1/mgmt/thirdparty/consents/search"},
      {"POST", "/v1/mgmt/thirdparty/consents/delete"},
      {"POST", "/v1/mgmt/outbound/app/user/token"},
      {"POST", "/v1/mgmt/outbound/app/user/oauthtoken/upload"},
      {"POST", "/v1/mgmt/outbound/app/tenant/apikey/upload"},
      {"POST", "/v1/mgmt/outbound/app/tenant/oauthtoken/batch/upload"},
      {"DELETE", "/v1/mgmt/outbound/user/tokens?userId=n"},
      {"POST", "/v1/mgmt/inboundapp/app/P1/register"}};
  for (const schema::Kind* kind : kinds::all())
    for (const schema::Endpoints& calls : {kind->calls, kind->second_calls})
      for (const schema::Endpoint& call :
           {calls.list, calls.load, calls.create, calls.update, calls.patch, calls.erase, calls.erase_batch})
        if (call.exists()) result.emplace_back(call.method, call.path);
  return result;
}

TEST(AnyRequest, GetsAnAnswerThatIsAJsonObject) {
  const auto targets = endpoints();
  for (const bool is_lenient : {false, true}) {
    Switches switches;
    switches.refuse_unknown_fields = !is_lenient;
    switches.list_lag_ms = is_lenient ? 10 : 0;
    Api api(switches);
    Bodies bodies(is_lenient ? 11 : 12);
    std::size_t done = 0;
    for (int i = 0; i < 20'000; ++i) {
      const auto& [method, target] = targets[bodies.pick(targets.size())];
      const std::string body = bodies.make();
      const Answer answer = api.send(method, target, body);
      ASSERT_TRUE(answer.status == 200 || answer.status == 201 ||
                  (answer.status >= 400 && answer.status < 500))
          << target << " " << body << " " << answer.message();
      if (answer.status < 400)
        ++done;
      else
        for (const char* member : {"errorCode", "errorDescription", "errorMessage", "message"})
          ASSERT_TRUE(answer.body.get_object().contains(member)) << target << " " << body;
      api.clock.advance(std::chrono::milliseconds(1));
    }
    EXPECT_GT(done, 1'000U);
    Api second;
    const auto restored = second.service->restore(api.service->snapshot());
    EXPECT_FALSE(restored.has_error()) << restored.error().message();
  }
}

TEST(AnyRequest, TargetsWithOddBytesGetAnAnswer) {
  Api api;
  for (const char* target :
       {"", "/", "?", "*", "/v1/mgmt/outbound/app/", "/v1/mgmt/outbound/app/%", "//", "/%00",
        "/v1/mgmt/outbound/app/%zz?%", "/v1/mgmt/resource/load?id=%ff", "/\x01\xff"})
    EXPECT_GE(api.get(target).status, 400) << target;
}

}  // namespace
}  // namespace descopectl::emulator
