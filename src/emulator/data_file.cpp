// The data file: read whole, replaced whole, readable by its owner alone.
#include "data_file.hpp"

#include "descopectl/base/files.hpp"

namespace descopectl::emulator {
namespace {

constexpr std::uint64_t kLimit = 256ULL << 20;
constexpr unsigned kOwnerOnly = 0600;

Error unusable(const std::filesystem::path& path, const Error& error) {
  return {ErrorKind::kInvalidInput, "can't use " + path.string() + ": " + error.message(),
          "repair the file, or move it away to start with an empty project"};
}

}  // namespace

Result<void> DataFile::load() {
  if (path_.empty()) return {};
  const auto text = base::read_file(path_, kLimit);
  if (text.has_error() && text.error().kind() == ErrorKind::kNotFound) return {};
  if (text.has_error()) return text.error();
  const auto parsed = base::parse_json(*text);
  if (parsed.has_error()) return unusable(path_, parsed.error());
  if (auto restored = service_.restore(*parsed); restored.has_error())
    return unusable(path_, restored.error());
  saved_ = service_.revision();
  return {};
}

Result<void> DataFile::save() {
  if (!is_dirty()) return {};
  const std::uint64_t revision = service_.revision();
  auto written = base::write_file_atomically(path_, base::to_pretty_json(service_.snapshot()), kOwnerOnly);
  if (written.has_value()) saved_ = revision;
  return written;
}

}  // namespace descopectl::emulator
