# The command line: a library of everything but main, so that the unit tests can link it, and the program.
file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/cli/*.c ${CMAKE_SOURCE_DIR}/cli/areas/*.c
     ${CMAKE_SOURCE_DIR}/cli/trackers/*.c ${CMAKE_SOURCE_DIR}/cli/up/*.c)
list(REMOVE_ITEM cli_sources ${CMAKE_SOURCE_DIR}/cli/main.c)
file(GLOB unit_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/deploy/systemd/user/*.*)
list(FILTER unit_files EXCLUDE REGEX tandem-bridge-) # of the package alone: `tandem up` runs bridges by itself
add_custom_command(
  OUTPUT ${generated}/user_units.c
  COMMAND ${CMAKE_COMMAND} -DOUT=${generated}/user_units.c "-DFILES=${unit_files}" -P ${CMAKE_SOURCE_DIR}/deploy/systemd/embed.cmake
  DEPENDS ${unit_files} ${CMAKE_SOURCE_DIR}/deploy/systemd/embed.cmake VERBATIM)
add_library(tandem-cli STATIC ${cli_sources} ${generated}/user_units.c)
target_link_libraries(tandem-cli PUBLIC tandem-service PkgConfig::smartcols)

add_executable(tandem ${CMAKE_SOURCE_DIR}/cli/main.c)
target_link_libraries(tandem PRIVATE tandem-cli)

if(TANDEM_TESTS)
  pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET cmocka)
  file(GLOB cli_tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/cli/test_*.c)
  foreach(source ${cli_tests})
    get_filename_component(name ${source} NAME_WE)
    add_executable(unit-cli-${name} ${source})
    target_link_libraries(unit-cli-${name} PRIVATE tandem-cli PkgConfig::cmocka)
    set_target_properties(unit-cli-${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  endforeach()
endif()
