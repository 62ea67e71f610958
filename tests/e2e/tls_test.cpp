// TLS from the program's side: who is trusted, and that nothing is said to anybody else.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>

#include "descopectl/transport/listener.hpp"
#include "hosted.hpp"
#include "support/certificates.hpp"
#include "support/tls_server.hpp"

namespace descopectl::e2e {
namespace {

emulator::RunningOptions with_identity(const test::Identity& identity) {
  emulator::RunningOptions options;
  options.server.certificate_pem = identity.certificate_pem;
  options.server.private_key_pem = identity.key_pem;
  return options;
}

class Tls : public testing::Test, public Workspace {
 protected:
  void serve(const test::CertificateSpec& spec) {
    hosted = std::make_unique<Hosted>(with_identity(test::make_certificate(spec, &authority)));
    prepare();
  }
  void prepare() {
    aim(*this, *hosted);
    folder.write("descopectl.yaml",
                 "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                 "http: {retries: 1, retryBaseMilliseconds: 1}\n");
    folder.write("descope/main.yaml", connection("a"));
    folder.write("ca.pem", authority.certificate_pem);
  }
  /// No request: the key stands in the first one.
  void expect_refused(const Arguments& more, std::string_view why) {
    Arguments arguments{"apply", "--auto-approve"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Result result = run(arguments);
    EXPECT_EQ(result.status, 5) << result.all();
    EXPECT_NE(result.err.find(why), std::string::npos) << result.err;
    EXPECT_EQ(result.err.find("trying again"), std::string::npos)
        << "no retry mends a certificate: " << result.err;
    EXPECT_EQ(hosted->request_count(), 0U);
  }

  test::Identity authority = test::make_authority();
  std::unique_ptr<Hosted> hosted;
};

TEST_F(Tls, OfAnUnknownAuthorityIsRefusedBeforeTheKeyIsSent) {
  serve({});
  expect_refused({},
                 ": the certificate is signed by an authority that is not trusted [api-unreachable]\n"
                 "hint: give the authority's certificate with --ca-file\n");
}

TEST_F(Tls, ThatIsSelfSignedIsRefusedUntilItIsTrusted) {
  const test::Identity self_signed = test::make_certificate({}, nullptr);
  hosted = std::make_unique<Hosted>(with_identity(self_signed));
  prepare();
  expect_refused({},
                 ": self-signed certificate [api-unreachable]\n"
                 "hint: if that is right, give the certificate with --ca-file\n");
  folder.write("self.pem", self_signed.certificate_pem);
  EXPECT_EQ(run({"plan", "--ca-file", "self.pem"}).status, 0);
}

TEST_F(Tls, OfAKnownAuthorityIsAccepted) {
  serve({});
  const Result result = run({"apply", "--auto-approve", "--ca-file", "ca.pem"});
  EXPECT_EQ(result.status, 0) << result.all();
  EXPECT_EQ(hosted->bodies("/v1/mgmt/outbound/app/create").size(), 1U);
  environment["SSL_CERT_FILE"] = folder.path("ca.pem").string();
  EXPECT_EQ(run({"plan"}).status, 0);
}

TEST_F(Tls, IsTrustedThroughAFolderOfAuthorities) {
  serve({});
  folder.write("authorities/" + test::hashed_name(authority), authority.certificate_pem);
  environment["SSL_CERT_DIR"] = folder.path("authorities").string();
  const Result result = run({"plan"});
  EXPECT_EQ(result.status, 0) << result.all();
  environment["SSL_CERT_DIR"] = "/nonexistent:" + folder.path("authorities").string();
  EXPECT_EQ(run({"plan"}).status, 0);
}

TEST_F(Tls, IsTrustedThroughAFolderWhoseFilesHaveAnyName) {
  serve({});
  folder.write("authorities/README", "Our authorities.\n");
  folder.write("authorities/old/company.crt", authority.certificate_pem);
  environment["SSL_CERT_DIR"] = folder.path("authorities").string();
  EXPECT_EQ(run({"plan"}).status, 5) << "folders within it are not meant";
  folder.write("authorities/company.crt", authority.certificate_pem);
  EXPECT_EQ(run({"plan"}).status, 0);
  environment["SSL_CERT_DIR"] = "/nonexistent:" + folder.path("authorities").string();
  EXPECT_EQ(run({"plan"}).status, 0);
}

TEST_F(Tls, IsTrustedThroughAFolderOfLinks) {
  serve({});
  folder.write("authorities/readme.txt", "");
  environment["SSL_CERT_DIR"] = folder.path("authorities").string();
  std::filesystem::create_symlink("ca.crt", folder.path("authorities/gone.pem"));
  std::filesystem::create_symlink(folder.path("nowhere"), folder.path("authorities/nowhere.pem"));
  EXPECT_EQ(run({"plan"}).status, 5);
  std::filesystem::create_symlink("../ca.pem", folder.path("authorities/ca.crt"));
  const Result result = run({"plan"});
  EXPECT_EQ(result.status, 0) << result.all();
}

TEST_F(Tls, IsTrustedOnTopOfWhatVariablesName) {
  serve({});
  folder.write("other.pem", test::make_authority("other").certificate_pem);
  environment["SSL_CERT_FILE"] = folder.path("other.pem").string();
  EXPECT_EQ(run({"plan"}).status, 5);
  EXPECT_EQ(run({"plan", "--ca-file", "ca.pem"}).status, 0);
}

TEST_F(Tls, IsForTheNameThatTheUrlHas) {
  serve({.names = {"DNS:localhost"}});
  expect_refused({"--ca-file", "ca.pem"},
                 ": the certificate is for another host: localhost [api-unreachable]\n"
                 "hint: is the address right? another server, or a proxy in between, answered there\n");
  environment["DESCOPE_BASE_URL"] = "https://localhost:" + std::to_string(hosted->port());
  const Result result = run({"plan", "--ca-file", "ca.pem"});
  EXPECT_EQ(result.status, 0) << result.all();
}

TEST_F(Tls, OfAnotherHostIsRefused) {
  serve({.common_name = "127.0.0.1", .names = {"DNS:other.example", "IP:127.0.0.2"}});
  expect_refused({"--ca-file", "ca.pem"},
                 ": the certificate is for another host: other.example, 127.0.0.2 [api-unreachable]\n");
}

TEST_F(Tls, ThatHasExpiredIsRefused) {
  serve({.begins_in_days = -10, .ends_in_days = -5});
  expect_refused({"--ca-file", "ca.pem"}, "the certificate of 127.0.0.1 has expired [api-unreachable]\n");
}

TEST_F(Tls, ThatIsNotValidYetIsRefused) {
  serve({.begins_in_days = 1, .ends_in_days = 2});
  expect_refused({"--ca-file", "ca.pem"},
                 "the certificate of 127.0.0.1 is not valid yet [api-unreachable]\n"
                 "hint: is this machine's clock right?\n");
}

TEST_F(Tls, OfSomebodyElseIsRefusedByEveryCommandThatHoldsTheKey) {
  serve({});
  folder.write("descope/app.yaml",
               "apiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {name: app}\nspec: {name: App}\n");
  for (const Arguments& command :
       {Arguments{"plan"}, Arguments{"drift"}, Arguments{"export"}, Arguments{"adopt", "--all", "--yes"},
        Arguments{"destroy", "--yes"}, Arguments{"output", "Connection/a"},
        Arguments{"rotate", "InboundApp/app", "--yes", "--show-secret"}}) {
    const Result result = run(command);
    EXPECT_EQ(result.status, 5) << command.front() << ": " << result.all();
    EXPECT_NE(result.err.find("by an authority that is not trusted"), std::string::npos) << result.err;
  }
  EXPECT_EQ(hosted->request_count(), 0U);
}

TEST_F(Tls, IsCheckedWhateverIsAllowedOrSetElsewhere) {
  serve({});
  folder.write("openssl.cnf",
               "openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = weak\n"
               "[weak]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n");
  environment["OPENSSL_CONF"] = folder.path("openssl.cnf").string();
  environment["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  environment["PYTHONHTTPSVERIFY"] = "0";
  environment["GIT_SSL_NO_VERIFY"] = "1";
  expect_refused({"--allow-insecure"}, ": the certificate is signed by an authority that is not trusted");
  const test::TlsServer old(test::make_certificate({}, &authority), TLS1_1_VERSION);
  environment["DESCOPE_BASE_URL"] = old.url();
  expect_refused({"--allow-insecure", "--ca-file", "ca.pem"}, ": the server speaks TLS older than 1.2");
  EXPECT_EQ(old.heard(), "");
}

TEST_F(Tls, WithAnAuthorityFileThatIsNoneIsWrongInput) {
  serve({});
  folder.write("ca.pem", "no certificate\n");
  EXPECT_EQ(run({"plan", "--ca-file", "ca.pem"}).status, 3);
  EXPECT_EQ(run({"plan", "--ca-file", "missing.pem"}).status, 3);
  EXPECT_EQ(hosted->request_count(), 0U);
}

TEST_F(Tls, IsNotGivenUpForAPlainServer) {
  serve({});
  const Hosted plain;
  environment["DESCOPE_BASE_URL"] = "https://127.0.0.1:" + std::to_string(plain.port());
  const Result result = run({"plan", "--ca-file", "ca.pem"});
  EXPECT_EQ(result.status, 5) << result.all();
  EXPECT_NE(result.err.find(": no TLS: the server answered something else [api-unreachable]\n"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(result.err.find("trying again"), std::string::npos) << result.err;
  EXPECT_EQ(plain.request_count(), 0U);
}

/// Answers every connection with a fatal alert "protocol version", as a server without TLS 1.2 does, and one
/// with TLS where plain HTTP comes.
class OldServer {
 public:
  OldServer() : listener_(transport::Listener::open(io_.get_executor(), "127.0.0.1", 0).value()) {
    boost::asio::co_spawn(io_, run(), boost::asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~OldServer() {
    boost::asio::post(io_, [this] { listener_->close(); });
    thread_.join();
  }
  OldServer(const OldServer&) = delete;
  OldServer& operator=(const OldServer&) = delete;
  [[nodiscard]] std::string url(const std::string& scheme = "https") const {
    return scheme + "://127.0.0.1:" + std::to_string(listener_->port());
  }

 private:
  boost::asio::awaitable<void> run() {
    const std::string alert("\x15\x03\x01\x00\x02\x02\x46", 7);
    while (true) {
      auto accepted = co_await listener_->accept();
      if (accepted.has_error()) co_return;
      const auto stream = *accepted;
      const auto deadline = std::chrono::steady_clock::now() + kPatience;
      char buffer[4096];
      co_await stream->read_some(buffer, sizeof(buffer), deadline);
      co_await stream->write(alert, deadline);
      co_await stream->finish(deadline);
    }
  }

  boost::asio::io_context io_{1};
  std::unique_ptr<transport::Listener> listener_;
  std::thread thread_;
};

TEST_F(Tls, ThatIsTooOldIsRefusedAtOnce) {
  serve({});
  const OldServer old;
  environment["DESCOPE_BASE_URL"] = old.url();
  const Result result = run({"plan"});
  EXPECT_EQ(result.status, 5) << result.all();
  EXPECT_NE(result.err.find(": the server speaks TLS older than 1.2 [api-unreachable]\n"), std::string::npos)
      << result.err;
  EXPECT_EQ(result.err.find("trying again"), std::string::npos) << result.err;
}

TEST_F(Tls, OlderThanTwelveIsRefusedAndTheKeyIsNotSent) {
  serve({});
  const test::Identity trusted = test::make_certificate({}, &authority);
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    const test::TlsServer old(trusted, version);
    environment["DESCOPE_BASE_URL"] = old.url();
    expect_refused({"--ca-file", "ca.pem"}, ": the server speaks TLS older than 1.2 [api-unreachable]\n");
    EXPECT_GE(old.connections(), 1);
    EXPECT_EQ(old.heard(), "");
  }
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const test::TlsServer current(trusted, version);
    environment["DESCOPE_BASE_URL"] = current.url();
    EXPECT_EQ(run({"plan", "--ca-file", "ca.pem"}).status, 5) << "it answers nothing";
    EXPECT_NE(current.heard().find("\r\nAuthorization: Bearer "), std::string::npos)
        << "it would have noticed";
  }
}

TEST_F(Tls, ThatAnswersPlainHttpIsTold) {
  serve({});
  const OldServer server;
  environment["DESCOPE_BASE_URL"] = server.url("http");
  const Result result = run({"plan"});
  EXPECT_EQ(result.status, 5) << result.all();
  EXPECT_NE(result.err.find(": no HTTP: the server speaks TLS [api-unreachable]\n"
                            "hint: is it an https:// address?\n"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(result.err.find("trying again"), std::string::npos) << result.err;
}

TEST_F(Tls, ThatClosesOnPlainHttpIsSuspected) {
  serve({});
  environment["DESCOPE_BASE_URL"] = "http://127.0.0.1:" + std::to_string(hosted->port());
  const Result result = run({"plan"});
  EXPECT_EQ(result.status, 5) << result.all();
  EXPECT_NE(result.err.find("https://"), std::string::npos) << result.err;
  EXPECT_EQ(hosted->request_count(), 0U);
}

TEST(PlainHttp, BeyondLoopbackNeedsAFlag) {
  const Hosted hosted;
  Workspace shop;
  aim(shop, hosted);
  // An address that leads to this machine and yet is no loopback address.
  shop.environment["DESCOPE_BASE_URL"] = "http://0.0.0.0:" + std::to_string(hosted.port());
  shop.folder.write("a.yaml", connection("a"));
  const Result refused = shop.run({"plan", "-f", "a.yaml"});
  EXPECT_EQ(refused.status, 3) << refused.all();
  EXPECT_NE(refused.err.find("would send the management key unencrypted [insecure-url]\n"
                             "hint: use https://, or allow it with --allow-insecure\n"),
            std::string::npos)
      << refused.err;
  EXPECT_EQ(hosted.request_count(), 0U);
  EXPECT_EQ(shop.run({"plan", "-f", "a.yaml", "--allow-insecure"}).status, 0);
}

TEST(Redirects, AreToldAndNotFollowed) {
  const Hosted elsewhere;
  std::atomic<int> status = 0;
  const Hosted hosted({}, [&](const http::Request&, const http::Server::Handler&) {
    http::Response response(status, "");
    response.headers.emplace_back("Location", elsewhere.url() + "/login");
    return http::Reply(std::move(response));
  });
  Workspace shop;
  aim(shop, hosted);
  shop.folder.write("a.yaml", connection("a"));
  for (const int each : {301, 302, 303, 307, 308}) {
    status = each;
    for (const Arguments& command :
         {Arguments{"plan", "-f", "a.yaml"}, Arguments{"apply", "-f", "a.yaml", "--yes"}}) {
      const Result result = shop.run(command);
      EXPECT_EQ(result.status, 5);
      EXPECT_NE(result.err.find("answered " + std::to_string(each) + ", a redirect to " + elsewhere.url() +
                                "/login, and redirects are not followed"),
                std::string::npos)
          << result.err;
    }
  }
  EXPECT_EQ(elsewhere.request_count(), 0U) << "the key is not for whoever is named there";
}

}  // namespace
}  // namespace descopectl::e2e
