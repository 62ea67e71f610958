// Handles, variables and folders made of names.
#include "names.hpp"

#include <gtest/gtest.h>

namespace descopectl::exporter {
namespace {

TEST(Handles, AreMadeOfNames) {
  EXPECT_EQ(make_handle("Google Calendar"), "google-calendar");
  EXPECT_EQ(make_handle("  2FA -- \"for\" all!  "), "2fa-for-all");
  EXPECT_EQ(make_handle("v1.2_beta"), "v1.2_beta");
  EXPECT_EQ(make_handle("../../etc/passwd"), "etc-passwd");
  EXPECT_EQ(make_handle("a=b,c/d:e"), "a-b-c-d-e");
  EXPECT_EQ(make_handle("Über Café"), "Über-café");
  EXPECT_EQ(make_handle("日本 語"), "日本-語");
  EXPECT_EQ(make_handle("a\u00A0b\u202Ec\u2028d\x01"), "a-b-c-d");
  EXPECT_EQ(make_handle("…“!”\t"), "");
  EXPECT_EQ(make_handle("end."), "end");
}

TEST(Handles, AreNeverTooLongForAFile) {
  EXPECT_LE(make_handle(std::string(500, 'x')).size(), 100U);
  std::string wide;
  for (int i = 0; i < 200; ++i)
    wide += "ü";
  EXPECT_EQ(make_handle(wide).size() % 2, 0U) << "no letter is cut";
}

TEST(Handles, GetANumberWhereTheyAreTaken) {
  std::set<std::string> taken{"a"};
  EXPECT_EQ(make_unique("a", "-", taken), "a-2");
  EXPECT_EQ(make_unique("a", "-", taken), "a-3");
  EXPECT_EQ(make_unique("b", "-", taken), "b");
}

TEST(Variables, AreNamedAfterKindHandleAndField) {
  EXPECT_EQ(make_variable("Connection", "google-calendar", "clientSecret"),
            "CONNECTION_GOOGLE_CALENDAR_CLIENT_SECRET");
  EXPECT_EQ(make_variable("InboundApp", "2fa.für", "clientSecret"), "INBOUND_APP_2FA_F_R_CLIENT_SECRET");
}

TEST(Folders, AreTheKindsInThePlural) {
  EXPECT_EQ(folder_of("Connection"), "connections");
  EXPECT_EQ(folder_of("InboundApp"), "inbound-apps");
  EXPECT_EQ(folder_of("ResourcePolicy"), "resource-policies");
  EXPECT_EQ(folder_of("DynamicRegistrationTemplate"), "dynamic-registration-templates");
}

}  // namespace
}  // namespace descopectl::exporter
