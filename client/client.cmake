# libtandem, the C client for other services: client/include/tandem/tandem.h. Of tandem's own boxes it takes what it needs
# statically; only the symbols of the version script are visible.
include(GNUInstallDirs)

file(GLOB client_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/client/*.c)
add_library(libtandem SHARED ${client_sources})
target_include_directories(libtandem PRIVATE ${CMAKE_SOURCE_DIR}/client/include)
target_link_libraries(libtandem PRIVATE tandem-service)
target_link_options(libtandem PRIVATE -Wl,--as-needed -Wl,--exclude-libs,ALL
                    -Wl,--version-script=${CMAKE_SOURCE_DIR}/client/libtandem.map)
set_target_properties(libtandem PROPERTIES
  OUTPUT_NAME tandem VERSION ${PROJECT_VERSION} SOVERSION 0 LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib
  LINK_DEPENDS ${CMAKE_SOURCE_DIR}/client/libtandem.map)

# As a program that has nothing but the header and the library sees it.
add_library(tandem::tandem INTERFACE IMPORTED GLOBAL)
target_include_directories(tandem::tandem INTERFACE ${CMAKE_SOURCE_DIR}/client/include)
target_link_libraries(tandem::tandem INTERFACE libtandem)

if(TANDEM_TESTS)
  file(GLOB client_examples CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/client/examples/c/*.c)
  foreach(source ${client_examples})
    get_filename_component(name ${source} NAME_WE)
    add_executable(example-${name} ${source})
    target_link_libraries(example-${name} PRIVATE tandem::tandem)
    set_target_properties(example-${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/examples)
  endforeach()
  add_executable(client-driver ${CMAKE_SOURCE_DIR}/tests/client/driver.c)
  target_link_libraries(client-driver PRIVATE tandem::tandem)
  set_target_properties(client-driver PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/examples)
endif()
