// HTTPS_PROXY from the program's side. The host api.example.test exists only behind the proxy.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "descopectl/base/text.hpp"
#include "hosted.hpp"
#include "support/certificates.hpp"
#include "support/connect_proxy.hpp"

namespace descopectl::e2e {
namespace {

constexpr std::string_view kHost = "api.example.test";
constexpr std::string_view kPassword = "planted-proxy-pass/word:123";
constexpr std::string_view kPasswordInUrl = "planted-proxy-pass%2Fword%3A123";

/// A proxy in a thread of the test.
class HostedProxy {
 public:
  explicit HostedProxy(test::ConnectProxyOptions options) : proxy_(io_.get_executor(), std::move(options)) {
    boost::asio::co_spawn(io_, proxy_.run(), boost::asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }
  ~HostedProxy() {
    boost::asio::post(io_, [this] { proxy_.stop(); });
    thread_.join();
  }
  HostedProxy(const HostedProxy&) = delete;
  HostedProxy& operator=(const HostedProxy&) = delete;

  [[nodiscard]] std::string place() const { return "127.0.0.1:" + std::to_string(proxy_.port()); }
  [[nodiscard]] std::vector<std::string> heads() const { return proxy_.heads(); }

 private:
  boost::asio::io_context io_{1};
  test::ConnectProxy proxy_;
  std::thread thread_;
};

class Proxies : public testing::Test, public Workspace {
 protected:
  Proxies() {
    test::CertificateSpec spec;
    spec.names = {"DNS:" + std::string(kHost), "IP:127.0.0.1", "IP:0.0.0.0"};
    const test::Identity identity = test::make_certificate(spec, &authority_);
    emulator::RunningOptions options;
    options.server.certificate_pem = identity.certificate_pem;
    options.server.private_key_pem = identity.key_pem;
    hosted = std::make_unique<Hosted>(std::move(options));
    aim(*this, *hosted);
    environment["DESCOPE_BASE_URL"] = "https://" + std::string(kHost);
    environment["SSL_CERT_FILE"] = folder.path("ca.pem").string();
    folder.write("ca.pem", authority_.certificate_pem);
    folder.write("descopectl.yaml",
                 "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n"
                 "http: {retries: 1, retryBaseMilliseconds: 1}\n");
    folder.write("descope/main.yaml", connection("a"));
  }
  void start(test::ConnectProxyOptions options = {}) {
    options.place = transport::Endpoint("127.0.0.1", hosted->port());
    proxy = std::make_unique<HostedProxy>(std::move(options));
    environment["HTTPS_PROXY"] = "http://" + proxy->place();
  }
  void give_credentials(std::string_view password) {
    environment["HTTPS_PROXY"] = "http://me:" + std::string(password) + "@" + proxy->place();
  }
  /// Neither the password nor what stands for it on the wire.
  static void expect_silence(const Result& result) {
    for (const std::string& form :
         {std::string(kPassword), std::string(kPasswordInUrl),
          base::to_base64("me:" + std::string(kPassword)), base::to_base64(kPassword)})
      EXPECT_EQ(result.all().find(form), std::string::npos) << result.all();
  }

  test::Identity authority_ = test::make_authority();
  std::unique_ptr<Hosted> hosted;
  std::unique_ptr<HostedProxy> proxy;
};

TEST_F(Proxies, CarryAnApplyThroughATunnel) {
  start();
  const Result apply = run({"apply", "--auto-approve"});
  EXPECT_EQ(apply.status, 0) << apply.all();
  ASSERT_FALSE(proxy->heads().empty());
  EXPECT_EQ(proxy->heads()[0].rfind("CONNECT api.example.test:443 HTTP/1.1\r\n", 0), 0U) << proxy->heads()[0];
  for (const std::string& head : proxy->heads())
    EXPECT_EQ(head.find(kManagementKey), std::string::npos) << "the key is for the service alone";
  EXPECT_EQ(hosted->bodies("/v1/mgmt/outbound/app/create").size(), 1U);
}

TEST_F(Proxies, AreGivenCredentialsThatAppearNowhere) {
  test::ConnectProxyOptions options;
  options.authorization = "Basic " + base::to_base64("me:" + std::string(kPassword));
  start(std::move(options));
  give_credentials(kPasswordInUrl);
  const Result plan = run({"plan", "--log-level", "trace"});
  EXPECT_EQ(plan.status, 0) << plan.all();
  EXPECT_NE(plan.err.find("through the proxy " + proxy->place()), std::string::npos) << plan.err;
  expect_silence(plan);
}

TEST_F(Proxies, ThatRefuseCredentialsEndTheRunAtOnce) {
  test::ConnectProxyOptions options;
  options.authorization = "Basic something else";
  start(std::move(options));
  give_credentials(kPasswordInUrl);
  const Result plan = run({"plan", "--log-level", "trace"});
  EXPECT_EQ(plan.status, 5) << plan.all();
  EXPECT_NE(
      plan.err.find(
          "the proxy " + proxy->place() +
          " refuses the tunnel to api.example.test:443: answered 407, the user name or password is wrong"),
      std::string::npos)
      << plan.err;
  EXPECT_EQ(plan.err.find("trying again"), std::string::npos) << plan.err;
  expect_silence(plan);
  EXPECT_EQ(hosted->request_count(), 0U);
}

TEST_F(Proxies, ThatAreNotThereAreNamed) {
  start();
  const std::string place = proxy->place();
  proxy.reset();
  const Result plan = run({"plan"});
  EXPECT_EQ(plan.status, 5) << plan.all();
  EXPECT_NE(plan.err.find("the proxy " + place + " can't be reached: connection refused by " + place),
            std::string::npos)
      << plan.err;
}

TEST_F(Proxies, AreNotAskedForLoopback) {
  start();
  environment["DESCOPE_BASE_URL"] = hosted->url();
  EXPECT_EQ(run({"plan"}).status, 0);
  EXPECT_TRUE(proxy->heads().empty());
}

TEST_F(Proxies, AreNotAskedForWhatNoProxyNames) {
  start();
  // An address that leads to this machine and yet is no loopback address: no name has to be looked up.
  environment["DESCOPE_BASE_URL"] = "https://0.0.0.0:" + std::to_string(hosted->port());
  environment["NO_PROXY"] = "localhost, 0.0.0.0/8";
  const Result plan = run({"plan"});
  EXPECT_EQ(plan.status, 0) << plan.all();
  EXPECT_TRUE(proxy->heads().empty());
  environment["NO_PROXY"] = "10.0.0.0/8,other.test";
  EXPECT_EQ(run({"plan"}).status, 0);
  EXPECT_FALSE(proxy->heads().empty());
}

TEST_F(Proxies, ThatCantBeUsedAreWrongInput) {
  start();
  environment["HTTPS_PROXY"] = "https://me:" + std::string(kPasswordInUrl) + "@" + proxy->place();
  const Result plan = run({"plan"});
  EXPECT_EQ(plan.status, 3) << plan.all();
  EXPECT_NE(plan.err.find("HTTPS_PROXY names a proxy that is itself reached over TLS"), std::string::npos)
      << plan.err;
  expect_silence(plan);
}

}  // namespace
}  // namespace descopectl::e2e
