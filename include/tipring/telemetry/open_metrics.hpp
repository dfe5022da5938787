// Metrics as text for Prometheus and its like: OpenMetrics 1.0, in words that the older text format 0.0.4 (the node
// exporter's) takes, too: there is no type "info" in it. Thread: any, one owner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tipring::telemetry {

class OpenMetrics {
  public:
    enum class Type { gauge, counter };
    using Labels = std::vector<std::pair<std::string_view, std::string>>;

    /// Begins a family; that of a counter without its suffix `_total`. `unit` is the end of the name, or empty.
    void family(Type type, std::string_view name, std::string_view unit, std::string_view help);
    /// A value of the family that was begun last. Label values are escaped.
    void sample(const Labels& labels, std::uint64_t value);
    /// Ends the text with the mark that tells a whole one from a torn one.
    std::string finish() &&;

  private:
    std::string text_;
    std::string sample_name_;
};

}  // namespace tipring::telemetry
