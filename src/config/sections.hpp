// The sections of the file, each read from its part of the tree into its part of Config. Thread: whoever
// loads.
#pragma once

#include "reader.hpp"
#include "tipring/config/config.hpp"

namespace tipring::config {

void read_board(Context& context, const Node* node, Board& board);
void read_media(Context& context, const Node* node, Media& media);
void read_control(Context& context, const Node* node, Control& control);
void read_log(Context& context, const Node* node, Log& log);
void read_sip(Context& context, const Node* node, Sip& sip);
/// `config` has its country, digit map, emergency numbers and SIP accounts already.
void read_ports(Context& context, const Node* ports, const Node* defaults, Config& config);
void read_spans(Context& context, const Node* node, Config& config);
/// `line`, after the channels: what fits an E1 does not fit a T1.
void read_span_line(Mapping& span_mapping, Span& span);
/// `nfas` and `d_channel_backup` of a span that has all its other settings. nfas_section.cpp
void read_nfas(Mapping& span_mapping, Span& span);
/// span_timers.cpp
void read_span_timers(Mapping& span_mapping, Span& span);
/// Supplementary services of a span.
void read_span_services(Mapping& mapping, Span& span);
void read_routes(Context& context, const Node* node, Config& config);
/// `numbers` of a span, which has its country already.
void read_number_plan(Mapping& span_mapping, const Config& config, Span& span);
/// `causes`; what is written changes single entries of `target`.
void read_causes(Mapping& mapping, CauseOverrides& target);

/// `config` has its ports already.
void read_groups(Context& context, const Node* node, Config& config);
void read_tones(Context& context, const Node* node, Config& config);
void read_services(Context& context, const Node* node, ServiceCodes& codes);

/// Duplicate channels, numbers and names.
void check_duplicates(Context& context, const Config& config);
/// Groups whose members are of both kinds.
void check_groups(Context& context, const Config& config);
/// References to accounts, groups, ports, spans and tones that do not exist.
void check_references(Context& context, const Config& config);

}  // namespace tipring::config
