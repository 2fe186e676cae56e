// SPDX-License-Identifier: Apache-2.0

// harness/engines/drivers/wazero.go: wazero, embedded in Go: one goroutine, bound to its own thread,
// and one instance for each thread of the test.
//
// usage: tidemark-wazero [-interpreter] JOB.json MODULE.wasm, or: tidemark-wazero -version
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

type job struct {
	Threads, Columns, Stride, Skew uint32
	Initial, Maximum               uint32
	Retry                          *struct{ Thread, Step, Tries uint32 }
	Batches                        []struct {
		Phase  string
		Rounds uint32
	}
}

type row struct {
	Row   []string `json:"row"`
	Count uint32   `json:"count"`
}

var kinds = []string{"none", "", "trap", "ok", "fail", "stuck"}

func say(value any) {
	line, _ := json.Marshal(value)
	fmt.Println(string(line))
}

func fail(err error) {
	say(map[string]string{"error": err.Error()})
	os.Exit(1)
}

func leb(n uint32) []byte {
	var out []byte
	for ; n >= 0x80; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(out, byte(n))
}

// A module that only defines the memory and exports it: (module (memory (export "memory") … shared)).
func memoryModule(initial, maximum uint32) []byte {
	limits := append(append([]byte{1, 3}, leb(initial)...), leb(maximum)...)
	out := append([]byte{0, 'a', 's', 'm', 1, 0, 0, 0, 5, byte(len(limits))}, limits...)
	return append(append(out, 7, 10, 1, 6), "memory\x02\x00"...)
}

func word(memory api.Memory, at uint32) uint32 {
	value, _ := memory.ReadUint32Le(at)
	return value
}

func outcome(memory api.Memory, columns uint32) []string {
	values := make([]string, columns)
	for c := range values {
		at := 4096 + 64*uint32(c)
		if kind := word(memory, at); kind == 1 {
			value, _ := memory.ReadUint64Le(at + 8)
			values[c] = strconv.FormatInt(int64(value), 10)
		} else {
			values[c] = kinds[kind]
		}
	}
	return values
}

// One round of thread `me`; after a trap it goes on behind the step that trapped.
func play(ctx context.Context, j *job, run api.Function, memory api.Memory, me, page, target, skew uint32) {
	start, tries := uint32(0), uint32(0)
	retry := j.Retry
	if retry != nil && retry.Thread == me {
		tries = retry.Tries
	}
	for {
		_, err := run.Call(ctx, uint64(page), uint64(start), uint64(target), uint64(skew))
		if err == nil {
			return
		}
		if !strings.HasPrefix(err.Error(), "wasm error:") {
			fail(err)
		}
		step := word(memory, 2048+64*me)
		if tries > 0 && step == retry.Step {
			tries--
			start = step + 1
		} else {
			start = step + 2
		}
	}
}

func thread(ctx context.Context, j *job, instance api.Module, me, rounds uint32, counts map[string]uint32) {
	runtime.LockOSThread()
	run, barrier := instance.ExportedFunction(fmt.Sprintf("thread%d", me)), instance.ExportedFunction("barrier")
	finals := instance.ExportedFunction("finals")
	memory := instance.Memory()
	random := 12345 + me
	for n := uint32(0); n < rounds; n++ {
		page, skew := 1+n*j.Stride, uint32(0)
		random = (random*1103515245 + 12345) & 0x7fffffff
		if j.Skew > 0 {
			skew = (random >> 8) % j.Skew
		}
		play(ctx, j, run, memory, me, page, j.Threads*(2*n+1), skew)
		if _, err := barrier.Call(ctx, uint64(j.Threads*(2*n+2))); err != nil {
			fail(err)
		}
		if me != 0 {
			continue
		}
		if finals != nil {
			if _, err := finals.Call(ctx, uint64(page)); err != nil {
				fail(err)
			}
		}
		counts[strings.Join(outcome(memory, j.Columns), " ")]++
	}
}

func batch(ctx context.Context, config wazero.RuntimeConfig, j *job, wasm []byte, phase string, rounds uint32) {
	r := wazero.NewRuntimeWithConfig(ctx, config)
	defer r.Close(ctx)
	named := wazero.NewModuleConfig().WithName("env")
	if _, err := r.InstantiateWithConfig(ctx, memoryModule(j.Initial, j.Maximum), named); err != nil {
		fail(err)
	}
	compiled, err := r.CompileModule(ctx, wasm)
	if err != nil {
		fail(err)
	}
	counts := map[string]uint32{}
	var all sync.WaitGroup
	for me := uint32(0); me < j.Threads; me++ {
		instance, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
		if err != nil {
			fail(err)
		}
		all.Add(1)
		go func() {
			defer all.Done()
			thread(ctx, j, instance, me, rounds, counts)
		}()
	}
	all.Wait()
	rows := []row{}
	for text, count := range counts {
		rows = append(rows, row{strings.Split(text, " "), count})
	}
	say(map[string]any{"phase": phase, "rounds": rounds, "rows": rows})
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if strings.HasSuffix(module.Path, "/wazero") {
				return "wazero " + module.Version
			}
		}
	}
	return "wazero"
}

func main() {
	args := os.Args[1:]
	if len(args) == 1 && args[0] == "-version" {
		fmt.Println(version())
		return
	}
	config := wazero.NewRuntimeConfigCompiler()
	if len(args) > 0 && args[0] == "-interpreter" {
		config, args = wazero.NewRuntimeConfigInterpreter(), args[1:]
	}
	config = config.WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesThreads)
	config = config.WithCompilationCache(wazero.NewCompilationCache())
	if len(args) != 2 {
		fail(fmt.Errorf("usage: tidemark-wazero [-interpreter] JOB.json MODULE.wasm"))
	}
	text, err := os.ReadFile(args[0])
	if err != nil {
		fail(err)
	}
	wasm, err := os.ReadFile(args[1])
	if err != nil {
		fail(err)
	}
	var j job
	if err := json.Unmarshal(text, &j); err != nil {
		fail(err)
	}
	say(map[string]string{"version": version()})
	for _, b := range j.Batches {
		batch(context.Background(), config, &j, wasm, b.Phase, b.Rounds)
	}
	say(map[string]bool{"done": true})
}
