# SPDX-License-Identifier: Apache-2.0
# Fails when OBJECT needs a symbol that is not the explorer's model, nor harmless.
execute_process(COMMAND ${NM} -u ${OBJECT} OUTPUT_VARIABLE undefined RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "cannot list the symbols of ${OBJECT}")
endif()
string(REGEX MATCHALL "[^ \n]+\n" symbols "${undefined}")
foreach(symbol IN LISTS symbols)
  string(STRIP ${symbol} symbol)
  if(NOT symbol MATCHES
     "^(tm_model_.*|tm_die_at|mem(set|cpy|move|cmp)|__asan_.*|__ubsan_.*|__tsan_.*|__gcov_.*|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__start_tm_sites|__stop_tm_sites)$")
    message(FATAL_ERROR "the model build of the strategies needs ${symbol}")
  endif()
endforeach()
