# The programs. Only the store links libpq; only adapters use lib/base/http; an adapter never sees another.
set(generated ${CMAKE_BINARY_DIR}/generated)
file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/services/store/migrations/*.sql)
add_custom_command(
  OUTPUT ${generated}/migrations.c
  COMMAND ${CMAKE_COMMAND} -DOUT=${generated}/migrations.c "-DFILES=${migrations}" -P ${CMAKE_SOURCE_DIR}/services/store/migrations/embed.cmake
  DEPENDS ${migrations} ${CMAKE_SOURCE_DIR}/services/store/migrations/embed.cmake VERBATIM)

program(tandem-store services/store tandem-service PkgConfig::libpq)
file(GLOB store_parts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/services/store/*/*.c)
target_sources(tandem-store PRIVATE ${store_parts})
target_sources(tandem-store PRIVATE ${generated}/migrations.c)
program(tandem-conflict services/conflict tandem-service)
program(tandem-scheduler services/scheduler tandem-service)

# Each folder services/adapter-SYSTEM is an adapter: the connector as a library, so that tests and fuzz targets link it, and the
# process. What one needs besides stands in its own adapter.cmake.
file(GLOB adapter_mains CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/services/adapter-*/main.c)
list(TRANSFORM adapter_mains REPLACE ".*/adapter-([^/]+)/main\\.c" "\\1" OUTPUT_VARIABLE adapter_systems)
foreach(system ${adapter_systems})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/services/adapter-${system}/*.c)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  add_library(tandem-connector-${system} STATIC ${sources})
  target_include_directories(tandem-connector-${system} PUBLIC ${CMAKE_SOURCE_DIR}/services)
  target_link_libraries(tandem-connector-${system} PUBLIC tandem-service)
  add_executable(tandem-adapter-${system} ${CMAKE_SOURCE_DIR}/services/adapter-${system}/main.c)
  target_link_libraries(tandem-adapter-${system} PRIVATE tandem-connector-${system})
  include(${CMAKE_SOURCE_DIR}/services/adapter-${system}/adapter.cmake OPTIONAL)
endforeach()

# The event log in NATS.
file(GLOB bridge_nats_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/services/bridge-nats/*.c)
list(FILTER bridge_nats_sources EXCLUDE REGEX "/main\\.c$")
add_library(tandem-nats STATIC ${bridge_nats_sources})
target_link_libraries(tandem-nats PUBLIC tandem-service PkgConfig::libnats)
target_include_directories(tandem-nats PUBLIC ${CMAKE_SOURCE_DIR}/services)
add_executable(tandem-bridge-nats services/bridge-nats/main.c)
target_link_libraries(tandem-bridge-nats PRIVATE tandem-nats)

# The documents that are made from the tables: docs/asyncapi.json, docs/events.md, docs/verbs.md.
program(tandem-docs tools/docs tandem-proto)
