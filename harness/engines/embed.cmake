# SPDX-License-Identifier: Apache-2.0
# Write a C file that holds the given files, found by name: cmake -DOUT=… -DFILES=a;b -P embed.cmake
set(text "/* Made by harness/engines/embed.cmake. */\n#include \"harness/engines/engine.h\"\n\n#include <string.h>\n\n")
set(table "")
set(n 0)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND text "static const unsigned char f${n}[] = {${bytes}0};\n")
  string(APPEND table "    {\"${name}\", f${n}, sizeof f${n} - 1},\n")
  math(EXPR n "${n} + 1")
endforeach()
string(APPEND text "\nstatic const struct {\n  const char *name;\n  const unsigned char *bytes;\n  size_t size;\n} files[] = {\n${table}};\n
const void *tm_engine_file(const char *name, size_t *size) {
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    if (!strcmp(files[i].name, name)) {
      *size = files[i].size;
      return files[i].bytes;
    }
  return NULL;
}\n")
file(WRITE "${OUT}" "${text}")
