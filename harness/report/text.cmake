# SPDX-License-Identifier: Apache-2.0
# A text file as a C string: cmake -DIN=… -DOUT=… -DNAME=… -P text.cmake
file(READ "${IN}" text)
string(REPLACE "\\" "\\\\" text "${text}")
string(REPLACE "\"" "\\\"" text "${text}")
string(REPLACE "\n" "\\n\"\n\"" text "${text}")
file(WRITE "${OUT}" "/* Made by harness/report/text.cmake. */\nstatic const char ${NAME}[] =\n\"${text}\";\n")
