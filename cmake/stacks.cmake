# SPDX-License-Identifier: MIT
# Stacks in `tutti ps`: a module that the command loads when it is asked for them.

find_package(PkgConfig)
if(PKG_CONFIG_FOUND)
	pkg_check_modules(dw QUIET IMPORTED_TARGET libdw)
endif()
if(dw_FOUND)
	add_library(tutti_stacks MODULE ${PROJECT_SOURCE_DIR}/cli/stacks/stacks.c)
	set_target_properties(tutti_stacks PROPERTIES PREFIX "" OUTPUT_NAME tutti-stacks
		C_VISIBILITY_PRESET hidden)
	target_include_directories(tutti_stacks PRIVATE cli)
	target_link_libraries(tutti_stacks PRIVATE PkgConfig::dw)
	add_dependencies(tutti_command tutti_stacks)
else()
	message(STATUS "tutti ps has no --stacks: they need elfutils' libdw (libdw-dev)")
endif()
