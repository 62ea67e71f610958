// Secrets are taken out of text in whatever encoding, and nothing else is.
#include "redactor.hpp"

#include <gtest/gtest.h>

namespace descopectl::cli {
namespace {

const model::Secret kSecret("Sup3r+Secret/Value=\"q\" \xC3\xA9");

std::string redacted(const std::string& text) {
  Redactor redactor;
  redactor.add(kSecret);
  return redactor.redact(text);
}

TEST(Redactor, TakesOutASecretInEveryEncoding) {
  for (const std::string& form : {
           std::string(kSecret.reveal()),
           std::string(R"(Sup3r+Secret\/Value=\"q\" \u00e9)"),
           std::string(R"(Sup3r\u002bSecret/Value\u003D\"q\"\u0020é)"),
           std::string(R"(Sup3r+Secret/Value=\\\"q\\\" \\u00e9)"),
           std::string("Sup3r%2bSecret%2FValue%3D%22q%22%20%C3%A9"),
           std::string("Sup3r%2BSecret%2FValue%3D%22q%22+%C3%A9"),
           std::string("Sup3r%252BSecret%252FValue%253D%2522q%2522%2520%25C3%25A9"),
           std::string("53757033722b5365637265742F56616c75653d22712220c3A9"),
       })
    EXPECT_EQ(redacted("before " + form + " behind"), "before (sensitive value) behind") << form;
}

TEST(Redactor, TakesOutBase64WithinSomethingLonger) {
  // Of the secret alone, after "x", and after "id:"; what its neighbours decide as well stays at the ends.
  EXPECT_EQ(redacted("a U3VwM3IrU2VjcmV0L1ZhbHVlPSJxIiDDqQ== b"), "a (sensitive value)Q== b");
  EXPECT_EQ(redacted("a eFN1cDNyK1NlY3JldC9WYWx1ZT0icSIgw6k= b"), "a eF(sensitive value)k= b");
  EXPECT_EQ(redacted("a aWQ6U3VwM3IrU2VjcmV0L1ZhbHVlPSJxIiDDqQ b"), "a aWQ6(sensitive value)Q b");
}

TEST(Redactor, LeavesAllElseAsItIs) {
  for (const std::string text : {"", "abc", "50% of C:\\new\\q", R"({"a": "Sup3r"})", "%41%2f \\u0041"})
    EXPECT_EQ(redacted(text), text);
}

TEST(Redactor, ShowsOneMarkForSecretsWithinEachOther) {
  Redactor redactor;
  redactor.add(model::Secret("inner"));
  redactor.add(model::Secret("the inner one"));
  EXPECT_EQ(redactor.redact("x the inner one y inner z"), "x (sensitive value) y (sensitive value) z");
}

TEST(Redactor, KeepsJsonAsJson) {
  Redactor redactor;
  redactor.add(model::Secret("name"));
  redactor.add(model::Secret("longer-name"));
  EXPECT_EQ(redactor.redact_json(R"({"name":"my name","longer-name":["name"]})"),
            "{\n  \"name\": \"my (sensitive value)\",\n  \"(sensitive value)\": [\n    \"(sensitive "
            "value)\"\n  ]\n}\n");
}

TEST(Redactor, ForgetsWhatIsToBeShownAndTakesNothingTooShort) {
  Redactor redactor;
  redactor.add(model::Secret("abc"));
  redactor.add(model::Secret("wanted"));
  redactor.release(model::Secret("wanted"));
  EXPECT_EQ(redactor.redact("abc wanted"), "abc wanted");
}

}  // namespace
}  // namespace descopectl::cli
