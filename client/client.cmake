# libtandem, the C client for other services: client/include/tandem/tandem.h. Of tandem's own boxes it takes what it needs
# statically; only the symbols of the version script are visible.
include(GNUInstallDirs)

file(GLOB client_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/client/*.c)
add_library(tandem-client OBJECT ${client_sources}) # its unit tests see what is hidden in the library
set_target_properties(tandem-client PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_include_directories(tandem-client PUBLIC ${CMAKE_SOURCE_DIR}/client/include)
target_link_libraries(tandem-client PUBLIC tandem-service)
add_library(libtandem SHARED $<TARGET_OBJECTS:tandem-client>)
target_include_directories(libtandem PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/client/include>
                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(libtandem PRIVATE tandem-service)
target_link_options(libtandem PRIVATE -Wl,--as-needed -Wl,--exclude-libs,ALL
                    -Wl,--version-script=${CMAKE_SOURCE_DIR}/client/libtandem.map)
set_target_properties(libtandem PROPERTIES
  OUTPUT_NAME tandem EXPORT_NAME tandem VERSION ${PROJECT_VERSION} SOVERSION 0 LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib
  LINK_DEPENDS ${CMAKE_SOURCE_DIR}/client/libtandem.map)

add_library(tandem::tandem ALIAS libtandem)

# What the packages libtandem0 and libtandem-dev hold.
include(CMakePackageConfigHelpers)
set(client_cmake ${CMAKE_INSTALL_LIBDIR}/cmake/tandem)
install(TARGETS libtandem EXPORT tandem LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
install(EXPORT tandem NAMESPACE tandem:: FILE tandem-config.cmake DESTINATION ${client_cmake} COMPONENT development)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/tandem-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/tandem-config-version.cmake DESTINATION ${client_cmake} COMPONENT development)
install(FILES ${CMAKE_SOURCE_DIR}/client/include/tandem/tandem.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tandem COMPONENT development)
configure_file(${CMAKE_SOURCE_DIR}/client/tandem.pc.in ${CMAKE_BINARY_DIR}/tandem.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/tandem.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/client/examples DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libtandem-dev COMPONENT development
        USE_SOURCE_PERMISSIONS)

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
