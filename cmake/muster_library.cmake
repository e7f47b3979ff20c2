option(MUSTER_COVERAGE "Count the lines of the libraries that are reached" OFF)
option(MUSTER_UNITY "Compile several files as one: quick as a whole, slow for one file" OFF)

# Names in anonymous namespaces are unique in a library, so that its files may be compiled as one.
function(muster_batches target)
  if(MUSTER_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  endif()
endfunction()

# muster_library(<name> <folder> [DEPENDS <target>...] [EXCLUDE <file>...])
#
# Makes the target muster_<name> of every source below <folder>; adding a file is enough, CMake sees
# it at the next build. A folder that holds only headers becomes an INTERFACE library.
function(muster_library name folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "DEPENDS;EXCLUDE")
  set(target muster_${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${folder}/*.cc")
  list(TRANSFORM arg_EXCLUDE PREPEND "${CMAKE_SOURCE_DIR}/${folder}/")
  list(REMOVE_ITEM sources ${arg_EXCLUDE})
  if(sources)
    add_library(${target} STATIC ${sources})
    target_link_libraries(${target} PRIVATE muster_compile_options)
    if(MUSTER_COVERAGE)
      target_compile_options(${target} PRIVATE --coverage -fprofile-update=atomic)
      target_link_options(${target} PUBLIC --coverage)
    endif()
    muster_batches(${target})
    set(visibility PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(visibility INTERFACE)
  endif()
  # Includes are written from the root of the repository: "engine/base/result.h".
  target_include_directories(${target} ${visibility} "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}/generated")
  target_link_libraries(${target} ${visibility} ${arg_DEPENDS} Threads::Threads)
endfunction()
