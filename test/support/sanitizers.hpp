// Which sanitizer the program is built with, for g++ and clang: TIPRING_ASAN and TIPRING_TSAN are 0 or 1.
#pragma once

#if defined(__has_feature)
#define TIPRING_ASAN __has_feature(address_sanitizer)
#define TIPRING_TSAN __has_feature(thread_sanitizer)
#else
#ifdef __SANITIZE_ADDRESS__
#define TIPRING_ASAN 1
#else
#define TIPRING_ASAN 0
#endif
#ifdef __SANITIZE_THREAD__
#define TIPRING_TSAN 1
#else
#define TIPRING_TSAN 0
#endif
#endif

/// Tags of a test case that measures what a signal may be like: through a sanitizer it takes minutes and says nothing that
/// the other cases of the same code do not.
#if TIPRING_ASAN || TIPRING_TSAN
#define TIPRING_FIGURES "[.][figures]"
#else
#define TIPRING_FIGURES "[figures]"
#endif
