// The trap: thousands of ticks with calls, tones, digits and loss, in which nothing may allocate, free or
// lock. The hooks count calls made while the ticking thread has its flag set. Sanitizer builds own these
// functions, so there the same traffic runs without counting.
#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <random>

#include "media_bench.hpp"
#include "sanitizers.hpp"

#define TIPRING_TRAP (!TIPRING_ASAN && !TIPRING_TSAN)

namespace {

thread_local bool armed = false;
std::atomic<int> allocations{0}, frees{0}, locks{0};

}  // namespace

#if TIPRING_TRAP
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void __libc_free(void* memory);

void* malloc(std::size_t size) {
    if (armed) ++allocations;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    if (armed) ++allocations;
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    if (armed) ++allocations;
    return __libc_realloc(memory, size);
}
void free(void* memory) {
    if (armed && memory != nullptr) ++frees;
    __libc_free(memory);
}
int pthread_mutex_lock(pthread_mutex_t* mutex) {
    using Lock = int (*)(pthread_mutex_t*);
    static const auto real = reinterpret_cast<Lock>(::dlsym(RTLD_NEXT, "pthread_mutex_lock"));
    if (armed) ++locks;
    return real(mutex);
}
}
#endif

using namespace tipring::media;
using namespace tipring::media::test;
using tipring::dsp::Law;

namespace {

struct Call {
    FakeBearer bearer;
    FarParty far;
    EndpointId line, rtp;
};

class Traffic {
  public:
    Traffic() {
        for (std::size_t i = 0; i < calls_.size(); ++i) {
            auto& call = calls_[i];
            call.line = bench_.line(call.bearer, i % 2 == 0 ? Law::alaw : Law::mulaw);
            open(call, i % 3 == 0 ? Law::mulaw : Law::alaw);
        }
        bench_.engine.set_detectors(bench_.line(left_alone_), all_detectors());
        bench_.engine.start_bit_test(bench_.line(tested_), tipring::dsp::PrbsPattern::bits_2047);
    }

    void tick() {
        bench_.now += std::chrono::milliseconds(10);
        armed = true;
        bench_.engine.tick(bench_.now);
        armed = false;
        bench_.engine.dispatch();
    }

    void run(int ticks) {
        for (int i = 0; i < ticks; ++i) {
            for (auto& call : calls_)
                feed(call, i);
            left_alone_.say(line_audio(i));
            tested_.say(tested_.written().value_or(filled(0xD5)));
            if (i % 50 == 0) disturb(calls_[static_cast<std::size_t>(i / 50) % calls_.size()]);
            tick();
            left_alone_.all_written();
            for (auto& call : calls_) {
                call.bearer.all_written();
                call.far.receive();
            }
        }
    }
    RtpStats stats() { return bench_.engine.rtp_stats(calls_[0].rtp); }
    const Bench& bench() const { return bench_; }

  private:
    Bench bench_;
    std::array<Call, 6> calls_;
    FakeBearer left_alone_, tested_;
    std::mt19937 random_{5};
    std::shared_ptr<tipring::dsp::TonePlan> plan_ = make_plan();

    /// Nothing, dial tone, a voice, caller ID.
    std::array<tipring::dsp::Samples, 4> recordings_ = make_recordings();

    static std::array<tipring::dsp::Samples, 4> make_recordings() {
        tipring::dsp::CallerId caller;
        caller.number = "5551234";
        tipring::dsp::Samples dial(40000), voice;
        tipring::dsp::ToneGenerator(tone_of("425")).produce(dial);
        Babble babble(8000);
        for (int i = 0; i < 500; ++i) {
            const auto block = babble.next();
            voice.insert(voice.end(), block.begin(), block.end());
        }
        return {tipring::dsp::Samples{}, dial, voice, tipring::dsp::caller_id_audio({}, caller)};
    }

    Detectors all_detectors() {
        Detectors all;
        all.dtmf = all.caller_id = all.voice = true;
        all.progress_tones = plan_;
        all.learnt_tones = std::make_shared<const std::vector<tipring::dsp::ToneSequence>>(
            std::vector{tone_of("600/300,0/300")});
        all.silence = std::chrono::milliseconds(100);
        return all;
    }

    Call& any() { return calls_[random_() % calls_.size()]; }

    static std::shared_ptr<tipring::dsp::TonePlan> make_plan() {
        auto plan = std::make_shared<tipring::dsp::TonePlan>();
        plan->dial = tipring::dsp::parse_tone("425").value();
        plan->busy = tipring::dsp::parse_tone("425/500,0/500").value();
        return plan;
    }

    void open(Call& call, Law codec) {
        RtpOptions options;
        options.codec = codec;
        options.send_event_type = options.receive_event_type = 101;
        options.timeout = std::chrono::milliseconds(100);
        call.rtp = bench_.session(call.far, options);
        bench_.engine.connect(call.line, call.rtp);
    }

    Octets line_audio(int tick) const {
        // Line audio: a digit now and then, or one of the recordings.
        tipring::dsp::DtmfGenerator generator;
        Linear linear{};
        const auto part = static_cast<std::size_t>(tick / 1000 % 4);
        const auto& recording = recordings_[part];
        const auto place = static_cast<std::size_t>(tick % 1000) * linear.size();
        if (part > 0 && place + linear.size() <= recording.size()) {
            std::copy_n(recording.begin() + static_cast<std::ptrdiff_t>(place), linear.size(),
                        linear.begin());
        } else if (tick % 100 < 12) {
            generator.start("0123456789*#ABCD"[tick / 100 % 16], 80, 0);
            generator.produce(linear);
        }
        return alaw(linear);
    }

    void feed(Call& call, int tick) {
        const auto octets = line_audio(tick);
        call.bearer.say(octets);
        if (tick % 97 == 0) call.bearer.event(tipring::hardware::LineEventKind::polarity);
        // Network audio with loss, events and garbage.
        const auto dice = random_() % 40;
        if (dice == 0) ++call.far.sequence;
        if (dice <= 1) {
            call.far.timestamp += 80;
        } else {
            call.far.send_audio(pattern(static_cast<unsigned>(tick)));
        }
        if (dice == 2) call.far.send_event('5', false, 160, call.far.timestamp, true);
        if (dice == 3) call.far.send_packet(octets, 18, 0, true);
        if (dice == 4) call.far.send_rtcp(octets);
        if (dice == 5 && tick % 7 == 0) ++call.far.ssrc;
    }

    void disturb(Call& call) {
        auto& engine = bench_.engine;
        switch (random_() % 17) {
            case 0:
                engine.play_tone(call.line, plan_->busy);
                break;
            case 1:
                engine.stop_tone(call.line);
                break;
            case 2:
                engine.send_digits(call.line, "12w3");
                break;
            case 3:
                engine.send_digits(call.rtp, "45");
                break;
            case 4:
                engine.set_detectors(call.line, all_detectors());
                engine.set_detectors(call.rtp, {true, nullptr});
                break;
            case 5:
                engine.play_tone(call.rtp, plan_->dial);
                break;
            case 6:
                engine.stop_tone(call.rtp);
                break;
            case 7:
                engine.connect(call.line, any().rtp);
                break;
            case 8:
                engine.connect(call.rtp, any().rtp);
                break;
            case 9:
            case 10:
                engine.connect(call.line, any().line);
                break;
            case 11:
                engine.play_clip(call.line, recordings_[3]);
                engine.play_clip(call.rtp, recordings_[3]);
                break;
            case 12:
                engine.stop_clip(call.line);
                break;
            case 13:
                engine.set_muted(call.line, random_() % 4 == 0);
                engine.set_muted(call.rtp, random_() % 4 == 0);
                break;
            case 14:
                engine.start_capture(call.line, 4000);
                break;
            case 15:
                engine.stop_capture(call.line);
                engine.stop_line(call.line);
                engine.start_line(call.line);
                break;
            default:
                engine.remove(call.rtp);
                open(call, Law::alaw);
        }
    }
};

}  // namespace

#if TIPRING_TRAP
TEST_CASE("the trap itself snaps") {
    allocations = frees = locks = 0;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    armed = true;
    auto* volatile number = new int(5);
    delete number;
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    armed = false;
    CHECK(allocations == 1);
    CHECK(frees == 1);
    CHECK(locks == 1);
}
#endif

TEST_CASE("thousands of ticks with calls, tones, digits and loss neither allocate nor free nor lock") {
    Traffic traffic;
    allocations = frees = locks = 0;
    traffic.run(6000);
    CHECK(allocations == 0);
    CHECK(frees == 0);
    CHECK(locks == 0);
    // The traffic was real.
    for (const auto kind : {EventKind::clip_played, EventKind::captured, EventKind::voice_heard,
                            EventKind::silence, EventKind::tone_heard, EventKind::caller_id}) {
        CAPTURE(static_cast<int>(kind));
        CHECK(traffic.bench().count(kind) > 0);
    }
    CHECK(traffic.bench().digits().size() > 100);
    CHECK(traffic.bench().count(EventKind::digits_sent) > 5);
    CHECK(traffic.bench().count(EventKind::rtp_started) > 6);
    CHECK(traffic.bench().engine.stats().ticks == 6000);
}
