# SPDX-License-Identifier: Apache-2.0
#
# wasi_thread_start(tid, thread): the host calls this in the new thread's own instance. It gives
# the instance its stack and its thread-local storage, which C code needs before its first line.

	.globaltype __stack_pointer, i32
	.functype __wasm_init_tls (i32) -> ()
	.functype guest_thread_run (i32) -> ()

	.text
	.globl wasi_thread_start
	.export_name wasi_thread_start, wasi_thread_start
	.type wasi_thread_start, @function
wasi_thread_start:
	.functype wasi_thread_start (i32, i32) -> ()
	local.get 1
	i32.load 0 # thread->stack_top
	global.set __stack_pointer
	local.get 1
	i32.load 4 # thread->tls
	call __wasm_init_tls
	local.get 1
	call guest_thread_run
	end_function
