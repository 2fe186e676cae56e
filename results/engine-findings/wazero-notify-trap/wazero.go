// SPDX-License-Identifier: Apache-2.0

// harness/engines/drivers/wazero.go: wazero, embedded in Go: one goroutine, bound to its own thread,
// and one instance for each thread of the test.
//
// usage: tidemark-wazero [-interpreter] JOB.json MODULE.wasm, or: tidemark-wazero -version
package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

const page = 65536

type column struct {
	Thread, Slot   uint32
	Relative, Edge bool
	Final          string
	Bytes          uint32
	Offset         int64
}

type batch struct {
	Phase   string `json:"phase"`
	Meeting string `json:"meeting"`
	Rounds  uint32 `json:"rounds"`
	Rows    []row  `json:"rows"`
}

type job struct {
	Initial, Maximum, Stride, Skew uint32
	Lead                           int64
	Fresh, Settle                  bool
	Threads                        []struct {
		Name           string
		Slots, Entries []uint32
	}
	Columns []column
	Retry   *struct{ Thread, Tries uint32 }
	Batches []batch
	Program *struct{ Args []string }
	Probe   *struct {
		Grows, Turns uint64
		Points       []struct {
			What      string
			Instances int
			Reader    bool
			Cold      bool
		}
	}
}

type row struct {
	Row   []string `json:"row"`
	Count uint32   `json:"count"`
}

var words = map[int64]string{-272: "none", -271: "ok", -270: "trap", -269: "fail", -268: "stuck"}
var meetings = map[string]uint32{"once": 0, "spin": 1, "block": 2}

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

// A module that imports a memory of at least `minimum` pages, and does nothing else.
func importModule(minimum uint32) []byte {
	entry := append([]byte{1, 3, 'e', 'n', 'v', 6}, "memory\x02\x03"...)
	entry = append(append(entry, leb(minimum)...), leb(65536)...)
	return append([]byte{0, 'a', 's', 'm', 1, 0, 0, 0, 2, byte(len(entry))}, entry...)
}

// One thread of the test, with an instance of its own.
type thread struct {
	ctx             context.Context
	j               *job
	me              uint32
	memory          api.Memory
	meet            api.Function
	entry           map[uint32]api.Function
	edge, near, out uint32
}

// Pages that the test does not know of.
func (t *thread) before() int64 { return int64(t.edge/page) - 1 + t.j.Lead }

func (t *thread) value(at uint32) int64 {
	value, _ := t.memory.ReadUint64Le(at)
	return int64(value)
}

func (t *thread) set(at uint32, value int64) { t.memory.WriteUint64Le(at, uint64(value)) }

// One round; after a trap it goes on behind the step that trapped.
func (t *thread) play(target, skew uint32) {
	start, tries := uint32(0), uint32(0)
	if t.j.Retry != nil && t.j.Retry.Thread == t.me {
		tries = t.j.Retry.Tries
	}
	for t.entry[start] != nil {
		args := []uint64{uint64(t.edge), uint64(t.near), uint64(t.out)}
		if start == 0 {
			args = append(args, uint64(target), uint64(skew))
		}
		_, err := t.entry[start].Call(t.ctx, args...)
		if err == nil {
			return
		}
		if !strings.HasPrefix(err.Error(), "wasm error:") {
			fail(err)
		}
		step := uint32(t.value(t.out))
		if step == 0 && tries > 0 {
			tries--
			target, skew = 0, 0
			continue
		}
		if slot := t.j.Threads[t.me].Slots[step]; slot > 0 {
			t.set(t.out+8*slot, -270)
		}
		start = step + 1
	}
}

func (t *thread) cell(c *column, outs uint32) string {
	switch c.Final {
	case "size":
		return strconv.FormatInt(int64(t.memory.Size()/page)-t.before(), 10)
	case "load":
		base := int64(t.near)
		if c.Edge {
			base = int64(t.edge)
		}
		raw, ok := t.memory.Read(uint32(base+c.Offset), c.Bytes)
		if !ok {
			return "trap"
		}
		var all [8]byte
		copy(all[:], raw)
		return strconv.FormatInt(int64(binary.LittleEndian.Uint64(all[:])), 10)
	}
	value := t.value(outs + 512*c.Thread + 8*c.Slot)
	if word, ok := words[value]; ok {
		return word
	}
	if c.Relative && value != -1 {
		value -= t.before()
	}
	return strconv.FormatInt(value, 10)
}

func (t *thread) zero(at, size uint32) { t.memory.Write(at, make([]byte, size)) }

func (t *thread) run(b *batch, rounds uint32, counts map[string]uint32) {
	runtime.LockOSThread()
	all, meeting := uint32(len(t.j.Threads)), meetings[b.Meeting]
	random := 12345 + t.me
	for n := uint32(0); n < rounds; n++ {
		outs := 16384 + 4096*(n&1)
		t.edge, t.near, t.out = page*(1+n*t.j.Stride), 4096+1024*(n&1), outs+512*t.me
		for slot := uint32(0); slot <= uint32(len(t.j.Columns)); slot++ {
			t.set(t.out+8*slot, -272)
		}
		if t.me == 0 {
			t.zero(t.near, 1024)
			if t.j.Stride == 0 {
				t.zero(page-4096, 4096)
			}
		}
		random = (random*1103515245 + 12345) & 0x7fffffff
		idle := uint32(0)
		if meeting == 0 {
			idle = (random >> 8) % t.j.Skew
		}
		t.play(all*(2*n+1), meeting<<16|idle)
		if _, err := t.meet.Call(t.ctx, uint64(all*(2*n+2))); err != nil {
			fail(err)
		}
		if t.me == 0 {
			t.collect(outs, n, counts)
		}
	}
}

func (t *thread) collect(outs, n uint32, counts map[string]uint32) {
	var cells []string
	for c := range t.j.Columns {
		cells = append(cells, t.cell(&t.j.Columns[c], outs))
	}
	counts[strings.Join(cells, " ")]++
	if want := 1 + (n+1)*t.j.Stride; t.j.Settle && t.memory.Size()/page < want {
		t.memory.Grow(want - t.memory.Size()/page)
	}
}

// The embedder's own size, grow and instantiate, for each instance of its own.
func hostModule(ctx context.Context, r wazero.Runtime, threads map[api.Module]*thread) {
	size := func(_ context.Context, m api.Module) uint32 { return m.Memory().Size() / page }
	grow := func(_ context.Context, m api.Module, delta uint32) uint32 {
		old, ok := m.Memory().Grow(delta)
		if !ok {
			return ^uint32(0)
		}
		return old
	}
	instantiate := func(ctx context.Context, m api.Module, minimum uint32) uint32 {
		wasm := importModule(uint32(int64(minimum) + threads[m].before()))
		one, err := r.InstantiateWithConfig(ctx, wasm, wazero.NewModuleConfig().WithName(""))
		if err != nil {
			return 0
		}
		one.Close(ctx)
		return 1
	}
	_, err := r.NewHostModuleBuilder("host").NewFunctionBuilder().WithFunc(size).Export("size").
		NewFunctionBuilder().WithFunc(grow).Export("grow").
		NewFunctionBuilder().WithFunc(instantiate).Export("instantiate").Instantiate(ctx)
	if err != nil {
		fail(err)
	}
}

func runMemory(ctx context.Context, config wazero.RuntimeConfig, j *job, wasm []byte, b *batch, rounds uint32,
	counts map[string]uint32) {
	r := wazero.NewRuntimeWithConfig(ctx, config)
	defer r.Close(ctx)
	named := wazero.NewModuleConfig().WithName("env")
	if _, err := r.InstantiateWithConfig(ctx, memoryModule(j.Initial, j.Maximum), named); err != nil {
		fail(err)
	}
	threads := map[api.Module]*thread{}
	hostModule(ctx, r, threads)
	compiled, err := r.CompileModule(ctx, wasm)
	if err != nil {
		fail(err)
	}
	for me := range j.Threads {
		instance, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig().WithName(""))
		if err != nil {
			fail(err)
		}
		t := &thread{ctx: ctx, j: j, me: uint32(me), memory: instance.Memory(),
			meet: instance.ExportedFunction("meet"), entry: map[uint32]api.Function{}}
		for _, from := range j.Threads[me].Entries {
			t.entry[from] = instance.ExportedFunction(fmt.Sprintf("%s_from_%d", j.Threads[me].Name, from))
		}
		threads[instance] = t
	}
	var all sync.WaitGroup
	for _, t := range threads {
		all.Add(1)
		go func() {
			defer all.Done()
			t.run(b, rounds, counts)
		}()
	}
	all.Wait()
}

func runBatch(ctx context.Context, config wazero.RuntimeConfig, j *job, wasm []byte, b *batch) {
	counts := map[string]uint32{}
	memories, rounds := uint32(1), b.Rounds
	if j.Fresh {
		memories, rounds = b.Rounds, 1
	}
	for i := uint32(0); i < memories; i++ {
		runMemory(ctx, config, j, wasm, b, rounds, counts)
	}
	b.Rows = []row{}
	for text, count := range counts {
		b.Rows = append(b.Rows, row{strings.Split(text, " "), count})
	}
	say(b)
}

// The median time of so many goes of n operations, for one of them, in nanoseconds.
func cost(ctx context.Context, function api.Function, goes int, n uint64, grows bool) float64 {
	var times []float64
	for i := 0; i < goes; i++ {
		start := time.Now()
		failed, err := function.Call(ctx, n)
		if err != nil {
			fail(err)
		}
		if grows && failed[0] != 0 {
			fail(fmt.Errorf("a grow failed"))
		}
		times = append(times, float64(time.Since(start).Nanoseconds())/float64(n))
	}
	sort.Float64s(times)
	return times[goes/2]
}

// One point: what an operation costs in this thread, while another one reads if it says so.
func probe(ctx context.Context, config wazero.RuntimeConfig, j *job, wasm []byte, number int) {
	r := wazero.NewRuntimeWithConfig(ctx, config)
	defer r.Close(ctx)
	named := wazero.NewModuleConfig().WithName("env")
	if _, err := r.InstantiateWithConfig(ctx, memoryModule(j.Initial, j.Maximum), named); err != nil {
		fail(err)
	}
	open := func() api.Module {
		one, err := r.InstantiateWithConfig(ctx, wasm, wazero.NewModuleConfig().WithName(""))
		if err != nil {
			fail(err)
		}
		return one
	}
	point := j.Probe.Points[number]
	one := open()
	for i := 1; i < point.Instances; i++ {
		open()
	}
	var reader sync.WaitGroup
	if point.Reader {
		// Compiled code cannot be stopped by Go's scheduler: a collection would wait for the reader,
		// which waits for this thread.
		runtime.GC()
		defer debug.SetGCPercent(debug.SetGCPercent(-1))
		module := open()
		reader.Add(1)
		go func() {
			defer reader.Done()
			if _, err := module.ExportedFunction("read").Call(ctx); err != nil {
				fail(err)
			}
		}()
		for started := uint32(0); started == 0; runtime.Gosched() {
			started, _ = one.Memory().ReadUint32Le(32)
		}
	}
	count := j.Probe.Turns
	if point.What == "grow" {
		count = j.Probe.Grows
	}
	goes, operate := 1, one.ExportedFunction(point.What)
	if !point.Cold {
		goes = 7
		operate.Call(ctx, count)
	}
	ns := cost(ctx, operate, goes, count, point.What == "grow")
	one.Memory().WriteUint32Le(36, 1)
	reader.Wait()
	say(map[string]any{"point": number, "ns": ns})
}

// A workload, with one thread.
func runProgram(ctx context.Context, config wazero.RuntimeConfig, j *job, wasm []byte) {
	r := wazero.NewRuntimeWithConfig(ctx, config)
	defer r.Close(ctx)
	wasi_snapshot_preview1.MustInstantiate(ctx, r)
	settings := wazero.NewModuleConfig().WithArgs(j.Program.Args...).WithStdout(os.Stdout).
		WithStderr(os.Stderr).WithSysNanotime().WithSysWalltime()
	if _, err := r.InstantiateWithConfig(ctx, wasm, settings); err != nil {
		fail(err)
	}
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
	if j.Program != nil {
		runProgram(context.Background(), config, &j, wasm)
	}
	for i := 0; j.Probe != nil && i < len(j.Probe.Points); i++ {
		probe(context.Background(), config, &j, wasm, i)
	}
	for b := range j.Batches {
		runBatch(context.Background(), config, &j, wasm, &j.Batches[b])
	}
	say(map[string]bool{"done": true})
}
