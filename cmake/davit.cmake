# What a module's CMake file is made of: davit_library, davit_program, davit_test.

# Older ones lack parts of C++20 that are used here, and g++ 12 miscompiles coroutines.
set(too_old_Clang 16)
set(too_old_GNU 14)
if(NOT DEFINED too_old_${CMAKE_CXX_COMPILER_ID}
   OR CMAKE_CXX_COMPILER_VERSION VERSION_LESS "${too_old_${CMAKE_CXX_COMPILER_ID}}"
)
  message(
    FATAL_ERROR
      "Davit is built with clang 19; before clang 16 and g++ 14 it cannot be, and "
      "${CMAKE_CXX_COMPILER} is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}: configure with -DCMAKE_CXX_COMPILER=clang++-19"
  )
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers are found by what is in them, not by their time.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE}")
endif()

# For our own code alone; what else links our libraries keeps its own warnings.
add_library(davit_warnings INTERFACE)
target_compile_options(
  davit_warnings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
            -Werror
)
# Designated initialisers leave out what has a default: that is their point here.
target_compile_options(davit_warnings INTERFACE -Wno-missing-field-initializers)

add_library(davit_options INTERFACE)
target_compile_features(davit_options INTERFACE cxx_std_20)
target_compile_definitions(
  davit_options
  INTERFACE BOOST_ASIO_NO_DEPRECATED DAVIT_VERSION="${PROJECT_VERSION}"
            # A call is about a dozen coroutines deep; with the default of 2 every further frame is a
            # memalign and a free.
            BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16
)
target_include_directories(davit_options INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_link_libraries(davit_options INTERFACE Boost::headers fmt::fmt tl::expected Threads::Threads)
if(DAVIT_SANITIZE)
  target_compile_options(
    davit_options INTERFACE -fsanitize=${DAVIT_SANITIZE} -fno-omit-frame-pointer
                            -fno-sanitize-recover=all
  )
  target_link_options(davit_options INTERFACE -fsanitize=${DAVIT_SANITIZE})
endif()

# davit_library(NAME mcp_client PATH mcp/client SOURCES ... HEADERS ... DEPS ... TESTS ...)
# Makes the static library davit_NAME, and the test program NAME_test when TESTS are given.
function(davit_library)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SOURCES;HEADERS;DEPS;TESTS;TEST_DEPS")
  set(target "davit_${arg_NAME}")
  add_library(${target} STATIC ${arg_SOURCES})
  target_sources(
    ${target} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/src" FILES ${arg_HEADERS}
  )
  target_link_libraries(${target} PRIVATE davit_warnings PUBLIC davit_options ${arg_DEPS})
  if(DAVIT_TESTS AND arg_TESTS)
    davit_test(NAME ${arg_NAME}_test SOURCES ${arg_TESTS} DEPS ${target} ${arg_TEST_DEPS})
  endif()
endfunction()

# davit_precompile(davit_x HEADERS ...) compiles what every file of a large module includes once; its
# neighbours say davit_precompile(davit_y FROM davit_x). Two thirds of the time of their build.
function(davit_precompile target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FROM" "HEADERS")
  if(arg_FROM)
    target_precompile_headers(${target} REUSE_FROM ${arg_FROM})
  else()
    target_precompile_headers(${target} PRIVATE ${arg_HEADERS})
  endif()
endfunction()

function(davit_program)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SOURCES;DEPS")
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE davit_warnings davit_options ${arg_DEPS})
  set_target_properties(${arg_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
endfunction()

function(davit_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "SOURCES;DEPS")
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(
    ${arg_NAME} PRIVATE davit_warnings davit_options ${arg_DEPS} GTest::gmock GTest::gtest_main
  )
  add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
  set_tests_properties(${arg_NAME} PROPERTIES TIMEOUT 300)
endfunction()
