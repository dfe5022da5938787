# libpri on our clock (docs/decisions/0009-libpri-on-a-monotonic-clock.md): it schedules its timers by gettimeofday(), which a step of
# the system's time moves. A copy of the packaged archive asks tipring_pri_gettimeofday (tipring/base/libpri_clock.hpp) instead.
find_path(PRI_INCLUDE_DIR libpri.h REQUIRED)
find_library(PRI_ARCHIVE NAMES libpri.a)
if(NOT PRI_ARCHIVE)
  message(FATAL_ERROR "libpri.a was not found: a shared libpri cannot be given another clock. Debian's libpri-dev has it; elsewhere build "
                      "libpri from its source and set PRI_ARCHIVE to its libpri.a")
endif()
set(pri_on_our_clock ${CMAKE_BINARY_DIR}/libpri_on_our_clock.a)
add_custom_command(OUTPUT ${pri_on_our_clock}
  COMMAND ${CMAKE_OBJCOPY} --redefine-sym gettimeofday=tipring_pri_gettimeofday ${PRI_ARCHIVE} ${pri_on_our_clock}
  DEPENDS ${PRI_ARCHIVE} VERBATIM)
add_custom_target(tipring_libpri_copy DEPENDS ${pri_on_our_clock})
add_library(tipring_libpri STATIC IMPORTED GLOBAL)
set_target_properties(tipring_libpri PROPERTIES IMPORTED_LOCATION ${pri_on_our_clock} INTERFACE_LINK_LIBRARIES tipring_base)
add_dependencies(tipring_libpri tipring_libpri_copy)
set(PRI_LIBRARY tipring_libpri)
