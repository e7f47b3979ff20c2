# muster_texts(<name> <folder>): makes generated/muster_<name>.h of <folder>/*.yaml, a table
# muster::codec::<name> of their names and texts, so that one binary has them all.
function(muster_texts name folder)
  file(GLOB files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${folder}/*.yaml")
  set(rows "")
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    get_filename_component(stem "${file}" NAME_WE)
    file(READ "${file}" text)
    string(APPEND rows "    ShippedText{\"${stem}\", R\"shipped(${text})shipped\"},\n")
  endforeach()
  configure_file("${CMAKE_SOURCE_DIR}/cmake/muster_texts.h.in" "generated/muster_${name}.h" @ONLY)
endfunction()
