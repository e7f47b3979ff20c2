# Tests of all kinds run with MUSTER (the binary under test) and MUSTER_SOURCE_DIR in their
# environment, and may run beside each other. Catch2's own discovery knows no labels per tag, hence
# muster_discover_tests.cmake.
set(MUSTER_TEST_ENVIRONMENT
  "MUSTER=${CMAKE_BINARY_DIR}/muster"
  "MUSTER_SOURCE_DIR=${CMAKE_SOURCE_DIR}"
  "UBSAN_OPTIONS=print_stacktrace=1")

# A hang ends, slow machines do not. A process with the sanitizers takes ten times as long to start.
set(MUSTER_TEST_TIMEOUT 300)
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  set(MUSTER_TEST_TIMEOUT 2400)
endif()

option(MUSTER_WHOLE_SUITES "All cases of a test program as one test of ctest: it starts once" OFF)

# muster_test_suite(<folder>): one program of all *_test.cc below tests/<folder>. Its test cases
# become tests of ctest; those tagged [soak] get the label soak.
function(muster_test_suite folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*_test.cc")
  if(NOT sources)
    return()
  endif()
  string(REPLACE "/" "_" target "test_${folder}")
  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE muster_test_support muster_test_main muster_compile_options)
  # Test code runs once: compiling it is what takes the time.
  target_compile_options(${target} PRIVATE -O0 -U_FORTIFY_SOURCE)
  set_target_properties(${target} PROPERTIES MUSTER_TEST ON)
  if(folder MATCHES "^unit/")
    muster_batches(${target})
  endif()
  if(TARGET muster)
    add_dependencies(${target} muster)  # some cases start the binary
  endif()

  set(tests_file "${CMAKE_CURRENT_BINARY_DIR}/${target}.cmake")
  set(not_built "${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake")
  set(script "${CMAKE_SOURCE_DIR}/cmake/muster_discover_tests.cmake")
  add_custom_command(TARGET ${target} POST_BUILD
    BYPRODUCTS "${tests_file}"
    COMMAND "${CMAKE_COMMAND}" -D "PROGRAM=$<TARGET_FILE:${target}>" -D "SUITE=${folder}"
            -D "TESTS_FILE=${tests_file}" -D "TEST_ENVIRONMENT=${MUSTER_TEST_ENVIRONMENT}"
            -D "TIMEOUT=${MUSTER_TEST_TIMEOUT}" -D "WHOLE=${MUSTER_WHOLE_SUITES}" -P "${script}"
    VERBATIM)
  file(WRITE "${not_built}" "if(EXISTS \"${tests_file}\")
  include(\"${tests_file}\")
else()
  add_test(\"${folder}: not built\" \"${target}_not_built\")
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${not_built}")
endfunction()

# muster_cli_tests(<folder>): each executable *.sh and *.py in tests/<folder> is one test, run in a
# folder of its own by tests/cli/run. Names that start with soak_ get the label soak.
function(muster_cli_tests folder)
  file(GLOB scripts CONFIGURE_DEPENDS
    "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.sh" "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.py")
  foreach(script IN LISTS scripts)
    get_filename_component(name "${script}" NAME_WE)
    set(test "${folder}: ${name}")
    add_test(NAME "${test}" COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/run" "${script}")
    set_tests_properties("${test}" PROPERTIES
      ENVIRONMENT "${MUSTER_TEST_ENVIRONMENT}" TIMEOUT ${MUSTER_TEST_TIMEOUT} SKIP_RETURN_CODE 77)
    if(name MATCHES "^soak_")
      set_tests_properties("${test}" PROPERTIES LABELS soak TIMEOUT 3600)
    endif()
  endforeach()
endfunction()
