package main

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/specimen"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/suites/loop"
)

// BenchmarkRun is a whole run of a conformant specimen on the real clock: at most 15 s, and 100 MiB for parent and worker.
func BenchmarkRun(b *testing.B) {
	program := built(b)
	var took time.Duration
	most := 0
	for i := 0; b.Loop(); i++ {
		t, mem := measure(b, program, 1, i)
		took += t
		most = max(most, mem)
	}
	b.ReportMetric(took.Seconds()/float64(b.N), "s/run")
	b.ReportMetric(float64(most)/1024, "MiB")
}

// BenchmarkSixteen runs sixteen specimens at once, beside one: at most three times as long.
func BenchmarkSixteen(b *testing.B) {
	program := built(b)
	var one, sixteen time.Duration
	for i := 0; b.Loop(); i++ {
		t, _ := measure(b, program, 1, 100+i)
		one += t
		t, _ = measure(b, program, 16, 200+i)
		sixteen += t
	}
	b.ReportMetric(one.Seconds()/float64(b.N), "s/one")
	b.ReportMetric(sixteen.Seconds()/float64(b.N), "s/sixteen")
	b.ReportMetric(float64(sixteen)/float64(one), "of-one")
}

// BenchmarkFaults runs the specimen with each fault, on the jump clock, over the clause of the first unit that it breaks, without
// replay: half a second a fault.
func BenchmarkFaults(b *testing.B) {
	var took, longest time.Duration
	slowest, trials := "", 0
	for b.Loop() {
		for _, f := range provisions.Must().Faults() {
			if !slices.Contains(specimen.Faults(), f.Name) || len(f.Breaks) == 0 || f.Breaks[0].Edition == provisions.V31 {
				continue
			}
			clause, _, _ := strings.Cut(f.Breaks[0].Unit, "-")
			trial := &loop.Trial{Edition: provisions.V21, Faults: []string{f.Name}, Only: []string{clause}}
			trial.Run(b)
			took += trial.Took
			trials++
			if trial.Took > longest {
				longest, slowest = trial.Took, f.Name
			}
		}
	}
	b.Logf("%d trials; the slowest, %s, took %v", trials, slowest, longest.Round(time.Millisecond))
	b.ReportMetric(took.Seconds()/float64(trials), "s/fault")
}

// built is the program, as users have it.
func built(b *testing.B) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "assay")
	cmd := exec.Command("go", "build", "-trimpath", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("build the program: %v\n%s", err, out)
	}
	return path
}

// measure tests n pairs of specimens at once, each by a command of its own, and returns how long the last took and the most
// memory (KiB) of one command and its worker.
func measure(b *testing.B, program string, n, round int) (time.Duration, int) {
	b.Helper()
	cmds := make([]*exec.Cmd, n)
	for i := range cmds {
		cmds[i] = pairOf(b, program, i, round)
	}
	mem := make([]int, n)
	began := time.Now()
	var wg sync.WaitGroup
	for i, cmd := range cmds {
		wg.Go(func() { mem[i] = finish(b, cmd) })
	}
	wg.Wait()
	most := 0
	for _, m := range mem {
		most = max(most, m)
	}
	return time.Since(began), most
}

// pairOf starts two specimens and returns the command that tests them.
func pairOf(b *testing.B, program string, i, round int) *exec.Cmd {
	b.Helper()
	dir := b.TempDir()
	addr := netip.AddrFrom4([4]byte{127, byte(200 + round/100), byte(round % 100), byte(4*i + 1)})
	pair, err := specimen.StartPair(b.Context(), specimen.Options{Addr: addr, Clock: clock.Real(), Name: fmt.Sprintf("Bench %d %d", round, i), Dir: dir,
		MDNS: true, Install: 300 * time.Millisecond, Lock: 200 * time.Millisecond, Window: 300 * time.Millisecond})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pair.Close)
	file, err := pair.WriteDeviceFile(dir)
	if err != nil {
		b.Fatal(err)
	}
	return exec.CommandContext(b.Context(), program, "run", pair.Devices()[0].Target(), "--twin", pair.Devices()[1].Target(), "--device", file,
		"--effort", "quick", "--allow", "disruptive", "--out", filepath.Join(dir, "runs"))
}

// finish runs a command, watches the memory (KiB) of it and its worker, and fails on any end but INCONCLUSIVE: the specimen is
// conformant, and what only a person can judge is not judged here.
func finish(b *testing.B, cmd *exec.Cmd) int {
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		b.Error(err)
		return 0
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	most := 0
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-done:
			if code := cmd.ProcessState.ExitCode(); code != harness.ExitInconclusive {
				b.Errorf("exit %d, %v\n%s", code, err, said.String())
			}
			return most
		case <-tick.C:
			own := strconv.Itoa(cmd.Process.Pid)
			sum := held(own)
			tasks, _ := filepath.Glob("/proc/" + own + "/task/*/children")
			for _, path := range tasks {
				children, _ := os.ReadFile(path)
				for _, pid := range strings.Fields(string(children)) {
					sum += held(pid)
				}
			}
			most = max(most, sum)
		}
	}
}

// held is the memory that a process holds now, in KiB; what it shares with others, as the program's own text, is counted in parts
// (Pss of smaps_rollup, proc(5)). 0 for a process that is gone.
func held(pid string) int {
	rollup, _ := os.ReadFile("/proc/" + pid + "/smaps_rollup")
	_, rest, _ := strings.Cut(string(rollup), "\nPss:")
	if fields := strings.Fields(rest); len(fields) > 0 {
		kib, _ := strconv.Atoi(fields[0])
		return kib
	}
	return 0
}
