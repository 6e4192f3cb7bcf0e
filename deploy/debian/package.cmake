# What is installed, and the Debian package: ./dev package.
include(GNUInstallDirs)

set(programs tandem tandem-store tandem-scheduler tandem-conflict tandem-bridge-nats)
foreach(system ${adapter_systems})
  list(APPEND programs tandem-adapter-${system})
endforeach()
install(TARGETS ${programs} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tandem)
include(${CMAKE_SOURCE_DIR}/deploy/systemd/install.cmake)

# The manual page and the completions come from the tables of commands.
find_program(SCDOC scdoc)
if(SCDOC)
  set(made ${CMAKE_BINARY_DIR}/installed)
  file(MAKE_DIRECTORY ${made})
  add_custom_command(
    OUTPUT ${made}/tandem.1.gz ${made}/tandem.bash ${made}/_tandem ${made}/tandem.fish ${made}/NEWS.gz
    COMMAND tandem help --manual > ${made}/tandem.1.scd
    COMMAND ${SCDOC} < ${made}/tandem.1.scd > ${made}/tandem.1
    COMMAND gzip -9nf ${made}/tandem.1
    COMMAND tandem completion bash > ${made}/tandem.bash
    COMMAND tandem completion zsh > ${made}/_tandem
    COMMAND tandem completion fish > ${made}/tandem.fish
    COMMAND gzip -9nc ${CMAKE_SOURCE_DIR}/CHANGELOG.md > ${made}/NEWS.gz
    DEPENDS tandem ${CMAKE_SOURCE_DIR}/CHANGELOG.md VERBATIM)
  add_custom_target(installed ALL DEPENDS ${made}/tandem.1.gz)
  install(FILES ${made}/tandem.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tandem)
  install(FILES ${made}/tandem.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME tandem COMPONENT tandem)
  install(FILES ${made}/_tandem DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT tandem)
  install(FILES ${made}/tandem.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT tandem)
  install(FILES ${made}/NEWS.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tandem COMPONENT tandem)
endif()
install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/tandem COMPONENT tandem)
# For somebody's Prometheus and Grafana.
install(DIRECTORY ${CMAKE_SOURCE_DIR}/deploy/observability DESTINATION ${CMAKE_INSTALL_DATADIR}/tandem COMPONENT tandem
        PATTERN *.test.yml EXCLUDE)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libtandem0 COMPONENT library)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/copyright DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libtandem-dev COMPONENT development)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The tandem authors <tandem@localhost.invalid>")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL tandem library development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_TANDEM_PACKAGE_NAME tandem)
set(CPACK_DEBIAN_TANDEM_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_TANDEM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TANDEM_PACKAGE_DEPENDS ca-certificates)
set(CPACK_DEBIAN_TANDEM_PACKAGE_RECOMMENDS postgresql)
set(CPACK_COMPONENT_TANDEM_DESCRIPTION "keeps tickets in step between GitHub, Jira and Linear
Services and a command line that keep the tickets of a team in step across
trackers, in both directions, without losing an edit or leaking a private
ticket, and that tell other services what happened.

`tandem up` runs everything on one machine, with a private PostgreSQL.")

# libtandem: client/client.cmake says what is in them.
set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libtandem0)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/triggers)
set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "client of tandem for other services
Hears what tandem did to tickets, with a durable cursor, publishes events to it,
and calls its verbs.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libtandem-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "libtandem0 (= ${PROJECT_VERSION})")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION "client of tandem for other services (development files)
The header, the files of pkg-config and CMake, and examples in C, Python,
JavaScript and shell.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
