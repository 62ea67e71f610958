// Version texts. The build system passes what only it knows: project version, build type, yaml-cpp's version.
#include "descopectl/cli/version.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <boost/version.hpp>

namespace descopectl::cli {
namespace {

std::string compiler() {
#if defined(__clang__)
  return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined(__GNUC__)
  return fmt::format("gcc {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
  return "unknown";
#endif
}

std::string boost_version() {
  return fmt::format("{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
}

std::string fmt_version() {
  return fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
}

}  // namespace

std::string_view version() {
  return DESCOPECTL_VERSION;
}

json::object version_json() {
  // OpenSSL is a shared library: what was found at run time counts, not what was compiled against.
  return {{"version", version()},
          {"build_type", DESCOPECTL_BUILD_TYPE},
          {"compiler", compiler()},
          {"libraries",
           {{"boost", boost_version()},
            {"openssl", OpenSSL_version(OPENSSL_VERSION_STRING)},
            {"yaml-cpp", DESCOPECTL_YAML_CPP_VERSION},
            {"fmt", fmt_version()}}}};
}

std::string version_text() {
  return fmt::format(
      "descopectl {}\n"
      "build:    {}, {}\n"
      "Boost:    {}\n"
      "OpenSSL:  {}\n"
      "yaml-cpp: {}\n"
      "fmt:      {}\n",
      version(), DESCOPECTL_BUILD_TYPE, compiler(), boost_version(), OpenSSL_version(OPENSSL_VERSION_STRING),
      DESCOPECTL_YAML_CPP_VERSION, fmt_version());
}

}  // namespace descopectl::cli
