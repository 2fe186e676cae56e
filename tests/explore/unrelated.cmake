# SPDX-License-Identifier: Apache-2.0
# Write FROM to TO with unrelated code before it: LINES lines, a function that nothing calls and, in
# a .c, one with atomic accesses of its own.
file(READ ${FROM} text)
get_filename_component(name ${FROM} NAME)
string(MAKE_C_IDENTIFIER "unrelated_${name}" id)
set(code "#ifndef ${id}_\n#define ${id}_\n")
string(APPEND code "__attribute__((unused)) static int ${id}(int x) { return 3 * x + 1; }\n")
set(written 4)
if(name MATCHES "\\.c$")
  string(APPEND code "#include \"core/atomics.h\"\n"
    "__attribute__((used)) static unsigned ${id}_atomic(struct tm_atomic_u32 *x) {\n"
    "  tm_store_rlx(x, 1);\n  tm_fence_sc();\n  return tm_load_sc(x);\n}\n")
  set(written 10)
endif()
string(APPEND code "#endif\n")
foreach(i RANGE ${written} ${LINES})
  if(NOT i EQUAL written)
    string(APPEND code "\n")
  endif()
endforeach()
file(WRITE ${TO} "${code}${text}")
