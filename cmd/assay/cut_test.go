package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/specimen"
)

// A stuck device does all that the specimen does, but its power-cycle waits for a long time, amid a unit that has changed
// the owner's password: whoever cuts the run then leaves a device that is to be put back.
type stuck struct {
	target, file string
	waiting      string // this file appears when the power-cycle begins
	owner        string // the owner's password
	device       *specimen.Device
}

// loopback is the nth address of those that this process alone uses: several may test at once.
func loopback(n int) netip.Addr {
	pid := os.Getpid()
	return netip.AddrFrom4([4]byte{127, byte(140 + pid>>8&31), byte(pid), byte(n)})
}

var stuckAddr atomic.Int32

func startStuck(t *testing.T) stuck {
	t.Helper()
	dir := t.TempDir()
	addr := loopback(int(4*stuckAddr.Add(1) + 1))
	units, err := specimen.StartOne(t.Context(), specimen.Options{Addr: addr, Clock: clock.Real(), Name: "Stuck " + addr.String(), Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(units.Close)
	s := stuck{device: units.Devices()[0], waiting: filepath.Join(dir, "waiting")}
	s.target = s.device.Target()
	if s.file, err = units.WriteDeviceFile(dir); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	const steps = "  power-cycle:\n    login: owner\n    steps:\n"
	slow := bytes.Replace(text, []byte(steps), []byte(steps+"      - exec: [./wait.sh]\n"), 1)
	if bytes.Equal(slow, text) {
		t.Fatal("the device file has no operation power-cycle as this test knows it")
	}
	const change = "  change-credential:\n    steps:\n"
	if !bytes.Contains(slow, []byte(change)) {
		t.Fatal("the device file has no operation change-credential as this test knows it")
	}
	slow = bytes.Replace(slow, []byte(change), []byte(change+"      - exec: [./back.sh]\n"), 1)
	write(t, s.file, string(slow), 0o644)
	write(t, filepath.Join(dir, "back.sh"), "#!/bin/sh\n", 0o755)
	write(t, filepath.Join(dir, "wait.sh"), "#!/bin/sh\n: > waiting\nexec sleep 8\n", 0o755)
	owner, err := os.ReadFile(filepath.Join(dir, "secret-A-owner"))
	if err != nil {
		t.Fatal(err)
	}
	s.owner = strings.TrimSpace(string(owner))
	return s
}

func write(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// opens tells whether a password is the owner's.
func (s stuck) opens(t *testing.T, password string) bool {
	t.Helper()
	c := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
	body, _ := json.Marshal(map[string]string{"user": "admin", "password": password})
	r, err := c.Post(fmt.Sprintf("https://%s:8443/api/login", s.device.Addr()), "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	return r.StatusCode == http.StatusOK
}

// A command is the program at work.
type command struct {
	*exec.Cmd
	out  string // its runs
	said func() string
}

// begin starts assay run; what it says is there when it has ended.
func begin(t *testing.T, args ...string) *command {
	t.Helper()
	c := &command{out: filepath.Join(t.TempDir(), "runs")}
	c.Cmd = exec.CommandContext(t.Context(), "assay", append([]string{"run", "--out", c.out, "--effort", "quick"}, args...)...)
	c.Env = append(os.Environ(), "NO_COLOR=1")
	said, err := os.Create(filepath.Join(filepath.Dir(c.out), "said")) // a file: its worker may outlive it, and shares this
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { said.Close() })
	c.Stdout, c.Stderr = said, said
	c.said = func() string { b, _ := os.ReadFile(said.Name()); return string(b) }
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// ends waits for the exit code, at most so long.
func (c *command) ends(t *testing.T, within time.Duration) int {
	t.Helper()
	late := time.AfterFunc(within, func() { c.Process.Kill() })
	c.Wait()
	if !late.Stop() {
		t.Fatalf("it did not end within %v:\n%s", within, c.said())
	}
	return c.ProcessState.ExitCode()
}

func (c *command) says(t *testing.T, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(c.said(), w) {
			t.Errorf("%q was not said:\n%s", w, c.said())
		}
	}
}

// record is the run directory of the target whose name begins so.
func (c *command) record(t *testing.T, target string) string {
	t.Helper()
	dirs, _ := filepath.Glob(filepath.Join(c.out, "*", target+"*"))
	if len(dirs) != 1 {
		t.Fatalf("%d run directories of %s", len(dirs), target)
	}
	return dirs[0]
}

// await waits until something holds.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(15 * time.Second); !holds(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// cut reads the record of a run that was cut amid 5.1-4-2b, and checks what any such record has.
func cut(t *testing.T, dir, why string) map[string]harness.UnitRow {
	t.Helper()
	past, err := harness.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "assay", "replay", dir).CombinedOutput(); err != nil || !bytes.Contains(out, []byte(" 0 differ")) {
		t.Errorf("replay: %v\n%s", err, out)
	}
	for _, name := range []string{"matrix.json", "report.html"} {
		if page, err := os.ReadFile(filepath.Join(dir, name)); err == nil && !bytes.Contains(page, []byte(why)) {
			t.Errorf("%s does not say %q", name, why)
		}
	}
	if past.Log.Complete {
		t.Error("the record says that the run reached its end")
	}
	out := map[string]harness.UnitRow{}
	for _, row := range past.Matrix().Rows {
		for _, u := range row.Units {
			out[u.Unit] = u
		}
	}
	if o := out["5.1-4-2a"]; o.Verdict != harness.Pass {
		t.Errorf("what was judged before is %s: %s", o.Verdict, o.Reason)
	}
	said := false
	for _, e := range past.Log.Events {
		said = said || e.Kind == evidence.Trouble && strings.Contains(e.Error, why)
	}
	if !said {
		t.Errorf("the record does not say %q", why)
	}
	return out
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	s := startStuck(t)
	c := begin(t, s.target, "--device", s.file, "--allow", "disruptive", "--only", "5.1-4,5.11-1")
	await(t, "the power-cycle", func() bool { return exists(s.waiting) })
	if s.opens(t, s.owner) {
		t.Error("this test shows nothing: the owner's password was not changed when it was cut")
	}
	c.Process.Signal(syscall.SIGINT)
	if code := c.ends(t, 20*time.Second); code != harness.ExitInconclusive {
		t.Errorf("exit %d", code)
	}
	if !s.opens(t, s.owner) {
		t.Error("the owner's password was not put back")
	}
	dir := c.record(t, s.device.Addr().String())
	if u := cut(t, dir, "stopped by the operator")["5.11-1-2b"]; u.Verdict != harness.Inconclusive || u.Reason != "not run: stopped by the operator" {
		t.Errorf("a unit that was not reached is %s: %s", u.Verdict, u.Reason)
	}
	c.says(t, "cut short", "stopped", "assay report "+filepath.Dir(dir), "assay replay "+filepath.Dir(dir))
}

// A second interrupt ends the program at once; what it had changed is put back all the same, by the worker.
func TestInterruptedTwice(t *testing.T) {
	t.Parallel()
	s := startStuck(t)
	undoing := filepath.Join(filepath.Dir(s.file), "undoing")
	write(t, filepath.Join(filepath.Dir(s.file), "back.sh"), "#!/bin/sh\nif [ -e waiting ]; then : > undoing; exec sleep 1; fi\n", 0o755)
	c := begin(t, s.target, "--device", s.file, "--allow", "disruptive", "--only", "5.1-4")
	await(t, "the power-cycle", func() bool { return exists(s.waiting) })
	c.Process.Signal(syscall.SIGINT)
	await(t, "the undo", func() bool { return exists(undoing) })
	c.Process.Signal(syscall.SIGINT)
	c.ends(t, time.Second)
	if status := c.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("it ended by %v", c.ProcessState)
	}
	c.says(t, "Interrupt once more to end at once", c.out)
	dir := c.record(t, s.device.Addr().String())
	await(t, "the undo is recorded", func() bool {
		log, err := evidence.Load(dir)
		return err == nil && slices.ContainsFunc(log.Events, func(e evidence.Event) bool { return e.Kind == evidence.Undone && e.Error == "" })
	})
	if !s.opens(t, s.owner) {
		t.Error("the owner's password was not put back")
	}
	cut(t, dir, "stopped by the operator")
	report := exec.CommandContext(t.Context(), "assay", "report", dir)
	if out, err := report.Output(); err != nil || !strings.Contains(strings.Join(strings.Fields(string(out)), " "), "cut short: stopped by the operator") {
		t.Errorf("%v\n%s", err, out)
	}
}

// worker is the process that writes a record: it holds the file open.
func (c *command) worker(t *testing.T, dir string) int {
	t.Helper()
	own := fmt.Sprint(c.Process.Pid)
	tasks, _ := filepath.Glob("/proc/" + own + "/task/*/children")
	for _, path := range tasks {
		children, _ := os.ReadFile(path)
		for _, pid := range strings.Fields(string(children)) {
			files, _ := filepath.Glob("/proc/" + pid + "/fd/*")
			for _, f := range files {
				if to, err := os.Readlink(f); err == nil && to == filepath.Join(dir, "events.jsonl") {
					n, _ := strconv.Atoi(pid)
					return n
				}
			}
		}
	}
	t.Fatalf("nobody writes the record in %s", dir)
	return 0
}

// A worker that is killed takes no other target with it; what it had changed is put back, and what it had judged stays.
func TestWorkerKilled(t *testing.T) {
	t.Parallel()
	s, other := startStuck(t), startStuck(t)
	write(t, filepath.Join(filepath.Dir(other.file), "wait.sh"), "#!/bin/sh\n", 0o755)
	c := begin(t, s.target, other.target, "--device", s.file, "--allow", "disruptive", "--only", "5.1-4")
	await(t, "the power-cycle", func() bool { return exists(s.waiting) })
	dir := c.record(t, s.device.Addr().String())
	syscall.Kill(c.worker(t, dir), syscall.SIGKILL)
	if code := c.ends(t, 6*time.Second); code != harness.ExitTrouble { // far less than the hook waits, which outlives the worker
		t.Errorf("exit %d", code)
	}
	c.says(t, "the worker died: signal: killed", "assay report "+dir)
	if o := cut(t, dir, "the worker died: signal: killed")["5.1-4-2b"]; o.Verdict != harness.Inconclusive || o.Reason != "not run: the worker died: signal: killed" {
		t.Errorf("the unit amid which it died is %s: %s", o.Verdict, o.Reason)
	}
	if past, err := harness.Read(c.record(t, other.device.Addr().String())); err != nil || !past.Log.Complete || len(past.Outcomes) != len(past.Opening.Plan) || len(past.Outcomes) < 2 {
		t.Errorf("the other target: %v", err)
	}
	if !s.opens(t, s.owner) {
		t.Error("the owner's password was not put back")
	}
}
