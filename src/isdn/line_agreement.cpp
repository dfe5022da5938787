// Thread: any.
#include "tipring/isdn/line_agreement.hpp"

#include "tipring/base/text.hpp"

namespace tipring::isdn {
namespace {

class Comparison {
  public:
    Comparison(const config::Span& span, const hardware::SpanSettings& driver)
        : span_(span), driver_(driver) {}

    void differ(std::string_view key, const std::string& wanted, const std::string& has) {
        found_.push_back(
            {std::string(key),
             base::format("span {}: the port map says {}: {}, the driver says {}", span_.number, key, wanted,
                          has),
             base::format("correct the span={} line in /etc/dahdi/system.conf and run dahdi_cfg, or "
                          "line: in the port map",
                          span_.number)});
    }
    void untold(std::string_view key) {
        found_.push_back(
            {std::string(key),
             base::format("span {}: the port map says {}:, and the driver of this span does not tell it",
                          span_.number, key),
             "spans over a network or over memory have no such setting: leave it out"});
    }
    void words(std::string_view key, const std::string& wanted, std::string_view has) {
        if (wanted.empty() || wanted == has) return;
        if (!driver_.told()) return untold(key);
        differ(key, wanted, std::string(has));
    }
    void type(bool t1) {
        const auto wanted = t1 ? hardware::SpanType::t1 : hardware::SpanType::e1;
        if (driver_.type == wanted) return;
        found_.push_back({"channels",
                          base::format("span {}: the port map describes an {}, the driver says {}",
                                       span_.number, hardware::name(wanted), hardware::name(driver_.type)),
                          "correct channels: in the port map, or the card's line mode (driver parameter "
                          "default_linemode, or its jumper)"});
    }
    std::vector<Disagreement> take() { return std::move(found_); }

  private:
    const config::Span& span_;
    const hardware::SpanSettings& driver_;
    std::vector<Disagreement> found_;
};

std::string clock_text(const hardware::SpanSettings& driver) {
    return driver.sync_source == 0 ? "that the card runs on its own clock"
                                   : base::format("that span {} clocks the card", driver.sync_source);
}

/// The priority itself cannot be read back; what it leads to can.
bool timing_fits(unsigned timing, const hardware::SpanSettings& driver, bool alarm) {
    if (timing == 0) return driver.sync_source != driver.number.value;
    if (alarm) return true;
    return timing == 1 ? driver.sync_source == driver.number.value : driver.sync_source != 0;
}

}  // namespace

std::vector<Disagreement> compare_line(const config::Span& span, const hardware::SpanSettings& driver,
                                       bool alarm) {
    Comparison comparison(span, driver);
    comparison.type(span.is_t1());
    const auto& line = span.line;
    comparison.words("framing", line.framing, hardware::name(driver.framing));
    comparison.words("coding", line.coding, hardware::name(driver.coding));
    if (line.crc4 && !driver.crc4) comparison.untold("crc4");
    if (line.crc4 && driver.crc4 && *line.crc4 != *driver.crc4)
        comparison.differ("crc4", base::to_text(*line.crc4), base::to_text(*driver.crc4));
    if (line.timing && !timing_fits(*line.timing, driver, alarm))
        comparison.differ("timing", std::to_string(*line.timing), clock_text(driver));
    if (line.build_out && !driver.build_out) comparison.untold("build_out");
    if (line.build_out && driver.build_out && *line.build_out != *driver.build_out)
        comparison.differ("build_out", std::to_string(*line.build_out),
                          base::format("{} ({})", *driver.build_out, driver.build_out_text));
    return comparison.take();
}

}  // namespace tipring::isdn
