# Language level, warnings and hardening, linked PRIVATE by every target of ours through
# muster_compile_options. Flags of one preset only (optimisation, sanitizers, coverage) stand in
# CMakePresets.json.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths relative to the checkout: several clones of it share what one of them compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" "${CCACHE_PROGRAM}")
endif()

option(MUSTER_WARNINGS_AS_ERRORS "Stop the build at a warning" ON)

add_library(muster_compile_options INTERFACE)
target_compile_options(muster_compile_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Wunused-result
  $<$<BOOL:${MUSTER_WARNINGS_AS_ERRORS}>:-Werror>)
# Checks of indices and iterators in the standard library; muster reads bytes nobody vouches for.
target_compile_definitions(muster_compile_options INTERFACE _GLIBCXX_ASSERTIONS)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(muster_compile_options INTERFACE
    # False alarms of GCC 12 inside std::string: its own operator+ (GCC bug 105651), and members it
    # holds for uninitialised after inlining. Sanitizers and clang-tidy look for the real ones.
    -Wno-restrict -Wno-maybe-uninitialized)
  if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    # Not in tests: GCC 12 takes the strings of a fixture for null after inlining.
    target_compile_options(muster_compile_options INTERFACE
      $<$<NOT:$<BOOL:$<TARGET_PROPERTY:MUSTER_TEST>>>:-Wnull-dereference>)
  endif()
endif()
