# SPDX-License-Identifier: MIT
# The part of the command that needs libtutti-net: a module that it loads when it has to, and which
# takes the rest from the command that has loaded it. What needs libxml2 is another.

file(GLOB web_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cli/web/*.c)
add_library(tutti_web MODULE ${web_sources})
set_target_properties(tutti_web PROPERTIES PREFIX "" OUTPUT_NAME tutti-web
	C_VISIBILITY_PRESET hidden INSTALL_RPATH "$ORIGIN")
target_include_directories(tutti_web PRIVATE cli)
target_link_libraries(tutti_web PRIVATE tutti::net)
add_dependencies(tutti_command tutti_web)

if(xml_FOUND)
	add_library(tutti_xpath MODULE ${PROJECT_SOURCE_DIR}/cli/web/xpath/extract_xpath.c
		${PROJECT_SOURCE_DIR}/cli/web/extract_found.c)
	set_target_properties(tutti_xpath PROPERTIES PREFIX "" OUTPUT_NAME tutti-xpath
		C_VISIBILITY_PRESET hidden INSTALL_RPATH "$ORIGIN")
	target_include_directories(tutti_xpath PRIVATE cli cli/web)
	target_link_libraries(tutti_xpath PRIVATE tutti::tutti PkgConfig::xml)
	add_dependencies(tutti_command tutti_xpath)
else()
	message(STATUS "tutti fetch has no --title and --xpath: they need libxml2 (libxml2-dev)")
endif()
if(pcre_FOUND)
	target_link_libraries(tutti_web PRIVATE PkgConfig::pcre)
	target_compile_definitions(tutti_web PRIVATE WEB_PCRE=1)
else()
	message(STATUS "tutti fetch has no --regex: it needs PCRE2 (libpcre2-dev)")
endif()
