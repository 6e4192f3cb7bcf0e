# Markdown and what Jira keeps: ADF and wiki markup.
box(tandem-richtext services/adapter-jira/richtext tandem-sync)
target_include_directories(tandem-richtext PUBLIC ${CMAKE_SOURCE_DIR}/services)
target_link_libraries(tandem-connector-jira PUBLIC tandem-richtext)
