# SPDX-License-Identifier: MIT
# libtutti-net: the rooms that need more than libc. It stands beside libtutti, whose public
# functions are all it uses, so that either may be shared or an archive.

string(TOUPPER "${TUTTI_NET}" wanted)
if(NOT wanted MATCHES "^(AUTO|ON|TRUE|YES|1)$")
	return()
endif()
find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND)
	pkg_check_modules(net QUIET libcares>=1.18 libssl>=3.0 libcrypto>=3.0
		libcurl>=7.85)
endif()
# The parser of HTTP is distributed as sources, which become part of the library.
find_path(llhttp_headers llhttp/llhttp.h PATHS /usr/share/include)
find_path(llhttp_sources llhttp.c PATHS /usr/share/llhttp)
# wslay comes without a word for pkg-config.
find_path(wslay_headers wslay/wslay.h)
find_library(wslay_library wslay)
if(NOT net_FOUND OR NOT llhttp_headers OR NOT llhttp_sources OR NOT wslay_headers
		OR NOT wslay_library)
	set(net_needs "pkg-config, libcares >= 1.18, libssl >= 3.0, libcurl >= 7.85, wslay "
		"and llhttp's sources (Debian: pkg-config, libc-ares-dev, libssl-dev, "
		"libcurl4-openssl-dev, libwslay-dev, node-llhttp)")
	string(CONCAT net_needs ${net_needs})
	if(wanted STREQUAL "AUTO")
		message(STATUS "libtutti-net is left out: it needs ${net_needs}")
		return()
	endif()
	message(FATAL_ERROR "libtutti-net needs ${net_needs}")
endif()
list(APPEND net_LIBRARIES wslay)
cmake_path(GET wslay_library PARENT_PATH wslay_folder)
list(APPEND net_LIBRARY_DIRS ${wslay_folder})
list(TRANSFORM net_LIBRARIES PREPEND -l OUTPUT_VARIABLE net_flags)
string(REPLACE ";" " " net_flags "${net_flags}")

list(TRANSFORM net_rooms REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/src/\\1/*.c"
	OUTPUT_VARIABLE patterns)
file(GLOB net_sources CONFIGURE_DEPENDS ${patterns})

file(GLOB llhttp ${llhttp_sources}/*.c)
# A program may have a llhttp of its own, of another version: in the archive ours has other names.
set(names "")
foreach(file IN LISTS llhttp ITEMS ${llhttp_headers}/llhttp/llhttp.h)
	file(READ ${file} text)
	string(REGEX MATCHALL "llhttp_[a-z0-9_]+ *\\(" found "${text}")
	list(APPEND names ${found})
endforeach()
list(REMOVE_DUPLICATES names)
list(TRANSFORM names REPLACE "(llhttp_[a-z0-9_]+).*" "#define \\1 tu_\\1\n")
string(CONCAT names ${names})
set(llhttp_names ${PROJECT_BINARY_DIR}/llhttp_names.h)
file(CONFIGURE OUTPUT ${llhttp_names} CONTENT "${names}")
set_source_files_properties(${llhttp} PROPERTIES COMPILE_OPTIONS "-w;-I${llhttp_headers}/llhttp")

add_library(tutti_net_objects OBJECT ${net_sources} ${llhttp})
set_target_properties(tutti_net_objects PROPERTIES POSITION_INDEPENDENT_CODE ON
	C_VISIBILITY_PRESET hidden)
# As libtutti's thread-locals, and for the same reason; these are fewer still.
target_compile_options(tutti_net_objects PRIVATE -ftls-model=initial-exec
	-include ${llhttp_names})
target_include_directories(tutti_net_objects PUBLIC include PRIVATE src)
target_include_directories(tutti_net_objects SYSTEM PRIVATE ${net_INCLUDE_DIRS} ${llhttp_headers}
	${wslay_headers})
# Strict: what two servers may read differently is an error.
target_compile_definitions(tutti_net_objects PRIVATE _GNU_SOURCE LLHTTP_STRICT_MODE=1)

function(tutti_net_library target kind export_name tutti)
	add_library(${target} ${kind} $<TARGET_OBJECTS:tutti_net_objects>)
	add_library(tutti::${export_name} ALIAS ${target})
	set_target_properties(${target} PROPERTIES OUTPUT_NAME tutti-net
		EXPORT_NAME ${export_name} LINKER_LANGUAGE C)
	target_link_directories(${target} PRIVATE ${net_LIBRARY_DIRS})
	target_link_libraries(${target} PUBLIC ${tutti} PRIVATE ${net_LIBRARIES})
endfunction()

tutti_net_library(tutti_net_static STATIC net_static tutti_static)
# An archive's member that nothing refers to would be left out, and its engines with it.
target_link_options(tutti_net_static INTERFACE -Wl,-u,tutti_net_engines)
tutti_net_library(tutti_net_shared SHARED net tutti_shared)
set(net_map ${PROJECT_SOURCE_DIR}/tools/libtutti-net.map)
set_target_properties(tutti_net_shared PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION 0
	LINK_DEPENDS ${net_map} INSTALL_RPATH "$ORIGIN")
target_link_options(tutti_net_shared PRIVATE -Wl,--version-script=${net_map} -Wl,-z,nodelete)
if(NOT TUTTI_SANITIZE)
	target_link_options(tutti_net_shared PRIVATE -Wl,--no-undefined)
endif()

# What takes pages apart, for the command and examples; the library needs neither.
pkg_check_modules(xml QUIET IMPORTED_TARGET libxml-2.0)
pkg_check_modules(pcre QUIET IMPORTED_TARGET libpcre2-8)
