# The units, the user that the system's run as, and the folder of their settings. The hardening is one file for `tandem` and all `tandem-*`.
file(GLOB system_units CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/system/*.*)
list(FILTER system_units EXCLUDE REGEX "\\.d$")
file(GLOB user_units CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/user/*.*)
install(FILES ${system_units} DESTINATION lib/systemd/system COMPONENT tandem)
foreach(folder tandem.service.d tandem-.service.d)
  install(FILES ${CMAKE_CURRENT_LIST_DIR}/system/tandem-.service.d/hardening.conf DESTINATION lib/systemd/system/${folder}
          COMPONENT tandem)
endforeach()
install(FILES ${user_units} DESTINATION lib/systemd/user COMPONENT tandem)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/tandem.sysusers DESTINATION lib/sysusers.d RENAME tandem.conf COMPONENT tandem)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/tandem.tmpfiles DESTINATION lib/tmpfiles.d RENAME tandem.conf COMPONENT tandem)
list(APPEND CPACK_DEBIAN_TANDEM_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/postinst)
