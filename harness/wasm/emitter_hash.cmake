# SPDX-License-Identifier: Apache-2.0
# Write OUT with TIDEMARK_EMITTER_HASH, the hash of the hashes of FILES.
set(all "")
foreach(file IN LISTS FILES)
  file(SHA256 ${file} one)
  string(APPEND all ${one})
endforeach()
string(SHA256 hash "${all}")
file(WRITE ${OUT} "#define TIDEMARK_EMITTER_HASH \"${hash}\"\n")
