// Bearer capability (Q.931 4.5.5), low and high layer compatibility (4.5.19, 4.5.17).
#include "q931_element_text.hpp"

namespace tipring::isdn::decode {

namespace {

constexpr Word transfer_capabilities[] = {{0x00, "speech"},
                                          {0x08, "unrestricted digital"},
                                          {0x09, "restricted digital"},
                                          {0x10, "3.1 kHz audio"},
                                          {0x11, "unrestricted digital with tones"},
                                          {0x18, "video"}};
constexpr unsigned multirate = 0x18;
constexpr Word transfer_rates[] = {{0x00, "packet mode"},   {0x10, "64 kbit/s"},   {0x11, "2 x 64 kbit/s"},
                                   {0x13, "384 kbit/s"},    {0x15, "1536 kbit/s"}, {0x17, "1920 kbit/s"},
                                   {multirate, "multirate"}};
constexpr Word layer1_protocols[] = {{1, "V.110"},          {2, "mu-law"}, {3, "A-law"},
                                     {4, "G.721"},          {5, "H.221"},  {6, "H.223 and H.245"},
                                     {7, "not of the ITU"}, {8, "V.120"},  {9, "X.31 flags"}};
constexpr Word user_rates[] = {{1, "0.6"},   {2, "1.2"}, {3, "2.4"},  {4, "3.6"},   {5, "4.8"},   {6, "7.2"},
                               {7, "8"},     {8, "9.6"}, {9, "14.4"}, {10, "16"},   {11, "19.2"}, {12, "32"},
                               {13, "38.4"}, {14, "48"}, {15, "56"},  {18, "57.6"}, {19, "28.8"}, {20, "24"}};
constexpr Word layer2_protocols[] = {{1, "basic mode"},        {2, "Q.921"},         {6, "X.25 link"},
                                     {7, "X.25 multilink"},    {8, "extended LAPB"}, {12, "LLC"},
                                     {14, "frame relay core"}, {17, "X.75 SLP"}};
constexpr Word layer3_protocols[] = {{2, "Q.931"},   {6, "X.25 packet"}, {7, "X.25 with ISO 8208"},
                                     {8, "X.223"},   {9, "CLNP"},        {10, "minimum network layer"},
                                     {11, "TR 9577"}};
constexpr Word presentation_methods[] = {{1, "profile"}};
constexpr Word high_layers[] = {{0x01, "telephony"},
                                {0x04, "fax group 2/3"},
                                {0x21, "fax group 4"},
                                {0x24, "teletex and fax group 4, mixed mode"},
                                {0x28, "teletex and fax group 4, processable"},
                                {0x31, "teletex"},
                                {0x32, "videotex"},
                                {0x33, "videotex gateway"},
                                {0x35, "telex"},
                                {0x38, "message handling"},
                                {0x41, "OSI application"},
                                {0x42, "FTAM"},
                                {0x5e, "maintenance"},
                                {0x5f, "management"},
                                {0x60, "videotelephony"},
                                {0x61, "videoconferencing"},
                                {0x62, "audiographic conferencing"}};

/// Coding standards other than the ITU's have other tables.
std::string foreign_coding(unsigned octet, OctetReader& reader) {
    static constexpr Word standards[] = {{1, "ISO/IEC"}, {2, "national"}, {3, "network's own"}};
    return std::string(find_word(standards, octet >> 5 & 3U)) + " coding, " + hex_text(reader.take_rest());
}

std::string user_rate_text(Octets group) {
    if (group.size() < 2) return {};
    const auto rate = find_word(user_rates, group[1] & 0x1fU);
    std::string text = rate.empty() ? "" : " " + std::string(rate) + " kbit/s";
    return text + ((group[1] & 0x40U) != 0 ? " asynchronous" : " synchronous");
}

/// Octets 5 to 7 name their layer in two bits.
std::string layers_text(OctetReader& reader) {
    constexpr int most_groups = 8;  // three are defined; the rest is shown as octets
    std::string text;
    for (int count = 0; count < most_groups && !reader.empty() && reader.problem().empty(); ++count) {
        constexpr std::size_t longest_group = 6;  // octets 5 to 5d, and room for what comes
        const auto group = reader.take_group(longest_group);
        const unsigned code = group[0] & 0x1fU;
        switch (group[0] >> 5 & 3U) {
            case 1:
                text += " " + word_or_code(layer1_protocols, code);
                if (code == 1 || code == 8) text += user_rate_text(group);
                break;
            case 2:
                text += " layer 2 " + word_or_code(layer2_protocols, code);
                break;
            case 3:
                text += " layer 3 " + word_or_code(layer3_protocols, code);
                break;
            default:
                text += " octets " + hex_text(group);
        }
    }
    return text;
}

std::string capability_text(OctetReader& reader) {
    const auto third = reader.take_group(2);
    if ((third[0] >> 5 & 3U) != 0) return foreign_coding(third[0], reader);
    const auto fourth = reader.take_group(3);
    const unsigned rate = fourth[0] & 0x1fU;
    auto text = word_or_code(transfer_capabilities, third[0] & 0x1fU);
    text += " " + word_or_code(transfer_rates, rate);
    if (rate == multirate) text += " " + std::to_string(reader.take() & 0x7fU) + " x 64 kbit/s";
    return text + layers_text(reader);
}

}  // namespace

std::string bearer_text(OctetReader& reader) {
    return capability_text(reader);
}

std::string low_layer_text(OctetReader& reader) {
    return capability_text(reader);
}

std::string high_layer_text(OctetReader& reader) {
    const unsigned third = reader.take();
    if ((third >> 5 & 3U) != 0) return foreign_coding(third, reader);
    const auto fourth = reader.take_group(2);
    auto text = word_or_code(high_layers, fourth[0] & 0x7fU);
    if (find_word(presentation_methods, third & 3U).empty())
        text += " (presentation method " + std::to_string(third & 3U) + ")";
    return text;
}

}  // namespace tipring::isdn::decode
