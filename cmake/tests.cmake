# SPDX-License-Identifier: MIT
# Examples and tests: one executable and one ctest entry per file, labelled with its room.
#
# A file may say what ctest should know about it, in a comment anywhere in it:
#     ctest: TIMEOUT 120 RUN_SERIAL ON LABELS torture
# Pairs are test properties; LABELS are added to the room's. The label torture keeps a test out of
# `make test`; no-asan, no-tsan, no-valgrind, no-coverage and no-qemu keep it out of those runs.
# VIRTUAL ON adds a test that runs the program in virtual time, under several schedules.

function(tutti_test_properties name room file)
	# Less than ctest's own, so that a part that hangs can still say its name.
	math(EXPR limit "${TUTTI_TIMEOUT} * 3 / 4")
	set(environment TUTTI_TEST_LIMIT=${limit} TUTTI_BUILD_DIR=${PROJECT_BINARY_DIR}
		TUTTI_SOURCE_DIR=${PROJECT_SOURCE_DIR} TUTTI_CC=${CMAKE_C_COMPILER}
		TUTTI_SANITIZE=${TUTTI_SANITIZE})
	if(CMAKE_CXX_COMPILER)
		list(APPEND environment TUTTI_CXX=${CMAKE_CXX_COMPILER})
	endif()
	if(TUTTI_TORTURE)
		list(APPEND environment TUTTI_TORTURE=1)
	endif()
	set_tests_properties(${name} PROPERTIES TIMEOUT ${TUTTI_TIMEOUT} SKIP_RETURN_CODE 77
		ENVIRONMENT "${environment}")
	set(labels ${room})
	file(STRINGS ${file} pairs REGEX "ctest: [A-Z]")
	string(REGEX REPLACE ".*ctest: *([^*;]*).*" "\\1" pairs "${pairs}")
	separate_arguments(pairs)
	while(pairs)
		list(POP_FRONT pairs key value)
		if(key STREQUAL "LABELS")
			list(APPEND labels ${value})
		elseif(key STREQUAL "VIRTUAL")
			set(tutti_virtual ${value} PARENT_SCOPE)
		elseif(NOT key STREQUAL "TIMEOUT" OR value GREATER TUTTI_TIMEOUT)
			set_tests_properties(${name} PROPERTIES ${key} "${value}")
		endif()
	endwhile()
	set_tests_properties(${name} PROPERTIES LABELS "${labels}")
endfunction()

function(tutti_add_executable target dir file)
	get_filename_component(name ${file} NAME_WE)
	add_executable(${target} ${file})
	set_target_properties(${target} PROPERTIES OUTPUT_NAME ${name}
		RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${dir})
endfunction()

# Through the shared library: an example that needs a hidden symbol does not link. Each is run on
# real threads, and once more in virtual time unless it is said why not.
function(tutti_add_examples)
	set(checks ${PROJECT_SOURCE_DIR}/tests/examples)
	file(STRINGS ${checks}/not_virtual.py except REGEX "^    \"[a-z0-9_]+\": ")
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${checks}/not_virtual.py)
	file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*.c)
	foreach(file IN LISTS files)
		get_filename_component(name ${file} NAME_WE)
		set(target example_${name})
		tutti_add_executable(${target} examples ${file})
		target_link_libraries(${target} PRIVATE tutti::tutti)
		add_test(NAME example/${name} COMMAND python3 -B ${checks}/check.py
			$<TARGET_FILE:${target}>)
		tutti_test_properties(example/${name} example ${file})
		if(NOT except MATCHES "\"${name}\"")
			add_test(NAME example/${name}@virtual COMMAND python3 -B
				${checks}/virtual.py $<TARGET_FILE:${target}>)
			tutti_test_properties(example/${name}@virtual example ${file})
		endif()
	endforeach()
endfunction()

# Tests in C take the archive, where hidden symbols are within reach. A model test that includes a
# source of ours replaces that member of it.
function(tutti_add_c_tests room)
	file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${room}/*.c)
	foreach(file IN LISTS files)
		get_filename_component(name ${file} NAME_WE)
		set(target ${room}_${name})
		tutti_add_executable(${target} tests/${room} ${file})
		target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src
			${PROJECT_SOURCE_DIR}/tests)
		if(TARGET tutti_test_support)
			target_link_libraries(${target} PRIVATE tutti_test_support)
		endif()
		target_link_libraries(${target} PRIVATE tutti_static)
		add_test(NAME ${room}/${name} COMMAND ${TUTTI_RUNNER} $<TARGET_FILE:${target}>)
		set(tutti_virtual OFF)
		tutti_test_properties(${room}/${name} ${room} ${file})
		if(tutti_virtual)
			add_test(NAME ${room}/${name}@virtual COMMAND python3 -B
				${PROJECT_SOURCE_DIR}/tests/support/virtual.py ${TUTTI_RUNNER}
				$<TARGET_FILE:${target}>)
			tutti_test_properties(${room}/${name}@virtual ${room} ${file})
		endif()
	endforeach()
endfunction()

function(tutti_add_cpp_tests)
	file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/cpp/*.cpp)
	foreach(file IN LISTS files)
		get_filename_component(name ${file} NAME_WE)
		tutti_add_executable(cpp_${name} tests/cpp ${file})
		target_link_libraries(cpp_${name} PRIVATE tutti::tutti)
		add_test(NAME cpp/${name} COMMAND ${TUTTI_RUNNER} $<TARGET_FILE:cpp_${name}>)
		tutti_test_properties(cpp/${name} cpp ${file})
	endforeach()
endfunction()

function(tutti_add_script_tests)
	file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/scripts/*.sh
		${PROJECT_SOURCE_DIR}/tests/scripts/*.py)
	foreach(file IN LISTS files)
		get_filename_component(name ${file} NAME_WE)
		set(interpreter bash)
		if(file MATCHES "\\.py$")
			set(interpreter python3)
		endif()
		add_test(NAME scripts/${name} COMMAND ${interpreter} ${file})
		tutti_test_properties(scripts/${name} scripts ${file})
	endforeach()
endfunction()

function(tutti_add_tests)
	file(GLOB support CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/support/*.c)
	if(support)
		add_library(tutti_test_support STATIC ${support})
		target_include_directories(tutti_test_support PRIVATE ${PROJECT_SOURCE_DIR}/src
			${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/tests)
	endif()

	file(GLOB dirs LIST_DIRECTORIES true RELATIVE ${PROJECT_SOURCE_DIR}/tests
		${PROJECT_SOURCE_DIR}/tests/*)
	list(REMOVE_ITEM dirs support scripts lint model cpp examples)
	foreach(room IN LISTS dirs)
		if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/tests/${room})
			tutti_add_c_tests(${room})
		endif()
	endforeach()
	if(EXISTS ${PROJECT_SOURCE_DIR}/tests/model/CMakeLists.txt)
		add_subdirectory(tests/model)
	endif()
	if(CMAKE_CROSSCOMPILING)
		return() # the rest drives compilers and interpreters of this machine
	endif()
	if(CMAKE_CXX_COMPILER)
		tutti_add_cpp_tests()
	endif()
	tutti_add_script_tests()
endfunction()
