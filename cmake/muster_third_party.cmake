# Every library comes from Debian 12; scripts/install-deps names the packages. Imported targets are
# SYSTEM to the compiler, so that their headers raise no warnings of ours.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(SQLite3 3.40 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(date REQUIRED)

# Header only, and its exported target carries nothing but the include folder.
find_path(VALIJSON_INCLUDE_DIR valijson/validator.hpp REQUIRED)
add_library(valijson_headers INTERFACE)
target_include_directories(valijson_headers SYSTEM INTERFACE "${VALIJSON_INCLUDE_DIR}")

# What muster's artifacts are compressed and sealed with. Debian ships no CMake package for most.
function(muster_find_library target header library)
  find_path(${target}_INCLUDE_DIR ${header} REQUIRED)
  find_library(${target}_LIBRARY ${library} REQUIRED)
  add_library(${target} INTERFACE)
  target_include_directories(${target} SYSTEM INTERFACE "${${target}_INCLUDE_DIR}")
  target_link_libraries(${target} INTERFACE "${${target}_LIBRARY}")
endfunction()
muster_find_library(zstd_library zstd.h zstd)
muster_find_library(zlib_library zlib.h z)
muster_find_library(deflate_library libdeflate.h deflate)
muster_find_library(sodium_library sodium.h sodium)

# Regular expressions of a policy, in a time that does not grow faster than the text.
muster_find_library(re2_library re2/re2.h re2)

# The header asks for what Debian's library was built with: a class of another layout would be another class.
muster_find_library(httplib_library httplib.h cpp-httplib)
target_compile_definitions(httplib_library INTERFACE
  CPPHTTPLIB_OPENSSL_SUPPORT CPPHTTPLIB_ZLIB_SUPPORT CPPHTTPLIB_BROTLI_SUPPORT)
