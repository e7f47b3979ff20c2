# Runs after a test program is linked: asks it for its test cases and writes them as tests of ctest;
# with WHOLE all that are no soak as one. Needs PROGRAM, SUITE, TESTS_FILE, TEST_ENVIRONMENT and TIMEOUT
# (seconds).
set(script "")

function(add name pattern properties)
  string(APPEND script "add_test([==[${SUITE}${name}]==] [==[${PROGRAM}]==] [==[${pattern}]==])\n"
    "set_tests_properties([==[${SUITE}${name}]==] PROPERTIES ${properties}"
    " ENVIRONMENT [==[${TEST_ENVIRONMENT}]==])\n")
  set(script "${script}" PARENT_SCOPE)
endfunction()

function(discover spec properties)
  execute_process(COMMAND "${PROGRAM}" "${spec}" --list-test-names-only
    OUTPUT_VARIABLE output ERROR_VARIABLE errors RESULT_VARIABLE count)
  # Catch2 exits with the number of tests it listed; a crash gives a word or leaves a message.
  if(NOT count MATCHES "^[0-9]+$" OR NOT errors STREQUAL "")
    message(FATAL_ERROR "${PROGRAM} cannot list its tests (${count}): ${errors}\nRun it by hand.")
  endif()
  string(REPLACE ";" "\\;" output "${output}")
  string(REPLACE "\n" ";" names "${output}")
  foreach(name IN LISTS names)
    if(name STREQUAL "")
      continue()
    endif()
    # Catch2 reads its argument as a pattern: commas and brackets must be escaped.
    string(REGEX REPLACE "([],[\\\\])" "\\\\\\1" pattern "${name}")
    add(": ${name}" "${pattern}" "${properties}")
  endforeach()
  set(script "${script}" PARENT_SCOPE)
endfunction()

if(WHOLE)
  add("" "~[soak]" "TIMEOUT ${TIMEOUT}")
else()
  discover("~[soak]" "TIMEOUT ${TIMEOUT}")
endif()
discover("[soak]" "TIMEOUT 3600 LABELS soak")
file(WRITE "${TESTS_FILE}" "${script}")
