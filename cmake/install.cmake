# SPDX-License-Identifier: MIT
# What `make install` puts where. All is found again from its own place: the tree may be moved.
include(CMakePackageConfigHelpers)

install(TARGETS tutti_static tutti_shared EXPORT tuttiTargets
	ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
	LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS tutti_worker RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR})
install(FILES ${public_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tutti)
if(TARGET tutti_net_shared)
	install(TARGETS tutti_net_static tutti_net_shared EXPORT tuttiTargets
		ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
		LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
	install(FILES ${net_paths} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tutti)
endif()
if(TARGET tutti_command)
	install(TARGETS tutti_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
	if(TARGET tutti_web)
		install(TARGETS tutti_web LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
	endif()
	if(TARGET tutti_xpath)
		install(TARGETS tutti_xpath LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
	endif()
	if(TARGET tutti_stacks)
		install(TARGETS tutti_stacks LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
	endif()
	install(FILES docs/man/tutti.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
	install(FILES cli/completion/tutti.bash RENAME tutti
		DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
	install(FILES cli/completion/_tutti
		DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
endif()
# gdb looks for it beside the library, under the name of the file itself.
install(FILES tools/tutti-gdb.py DESTINATION ${CMAKE_INSTALL_DATADIR}/tutti)
install(FILES tools/tutti-gdb.py DESTINATION ${CMAKE_INSTALL_LIBDIR}
	RENAME libtutti.so.${PROJECT_VERSION}-gdb.py)
install(FILES LICENSE README.md README.zh-CN.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tutti)
install(EXPORT tuttiTargets NAMESPACE tutti:: DESTINATION ${config_dir})
configure_package_config_file(cmake/tuttiConfig.cmake.in tuttiConfig.cmake
	INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(tuttiConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tuttiConfig.cmake ${PROJECT_BINARY_DIR}/tuttiConfigVersion.cmake
	DESTINATION ${config_dir})

file(RELATIVE_PATH pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
set(pc_files tutti.pc)
if(TARGET tutti_net_shared)
	list(APPEND pc_files tutti-net.pc)
endif()
foreach(file IN LISTS pc_files)
	configure_file(cmake/${file}.in ${file} @ONLY)
	install(FILES ${PROJECT_BINARY_DIR}/${file} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
