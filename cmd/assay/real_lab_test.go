//go:build real

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness"
)

// A lab is a test that runs again in namespaces of its own: of network, mounts and processes, and of users where it is not root.
// The harness stands on a bridge there, each device in a further network namespace. Real programs run in those; nothing of them
// is reachable from this machine's own network, nothing writes to this machine's /run, and all of it ends with the test's process.
type lab struct {
	t       *testing.T
	dir     string
	program string
	devices []string // network namespaces
}

// inside holds the program's path, in the process that runs within the namespaces.
const inside = "ASSAY_REAL_PROGRAM"

// inLab runs test within a lab of so many devices.
func inLab(t *testing.T, devices int, test func(*lab)) {
	t.Helper()
	if program := os.Getenv(inside); program != "" {
		test(newLab(t, program, devices))
		return
	}
	if err := namespaces(exec.Command("true")).Run(); err != nil {
		why := fmt.Sprintf("needs namespaces, as root or as an unprivileged user: %v", err)
		if os.Getenv("CI") != "" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	t.Parallel() // most of a run is waiting
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "assay") // the name by which this binary is the program: see TestMain
	if out, err := exec.Command("cp", exe, program).CombinedOutput(); err != nil {
		t.Fatalf("copy the program: %v\n%s", err, out)
	}
	runtime.LockOSThread() // the child dies with the thread that started it
	defer runtime.UnlockOSThread()
	again := namespaces(exec.Command(exe, "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=8m"))
	again.Env = append(os.Environ(), inside+"="+program, "TMPDIR="+t.TempDir()) // the inner root may not write to what this machine's root keeps in /tmp
	out, err := again.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("within the namespaces: %v", err)
	}
}

func namespaces(cmd *exec.Cmd) *exec.Cmd {
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return cmd
}

func newLab(t *testing.T, program string, devices int) *lab {
	t.Helper()
	l := &lab{t: t, dir: t.TempDir(), program: program}
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		t.Fatalf("keep mounts to ourselves: %v", err)
	}
	if err := syscall.Mount("tmpfs", "/run", "tmpfs", 0, ""); err != nil {
		t.Fatalf("mount a /run of our own: %v", err)
	}
	l.sh("ip link set lo up; ip link add br0 type bridge; ip link set br0 up; ip addr add 10.83.0.1/24 dev br0")
	for i := range devices {
		ns := fmt.Sprintf("device%d", i)
		l.sh(fmt.Sprintf("ip netns add %[1]s; ip link add v%[2]d type veth peer name eth0 netns %[1]s; ip link set v%[2]d master br0 up", ns, i))
		l.sh(fmt.Sprintf("ip -n %[1]s link set lo up; ip -n %[1]s addr add %[2]s/24 dev eth0; ip -n %[1]s link set eth0 up", ns, l.addr(i)))
		l.devices = append(l.devices, ns)
	}
	return l
}

func (l *lab) addr(i int) string { return fmt.Sprintf("10.83.0.%d", 10+i) }

func (l *lab) sh(script string) string {
	l.t.Helper()
	out, err := exec.Command("sh", "-ec", script).CombinedOutput()
	if err != nil {
		l.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

// lay puts a kind of device's files from testdata/real into a folder of its own and returns it. In them {dir} is that folder,
// {unit} which unit it is.
func (l *lab) lay(i int, kind string) string {
	l.t.Helper()
	dir := filepath.Join(l.dir, fmt.Sprintf("device%d", i))
	if err := os.MkdirAll(filepath.Join(dir, "www", "data"), 0o755); err != nil {
		l.t.Fatal(err)
	}
	l.write(filepath.Join(dir, "www", "index.html"), "<h1>inside</h1>")
	fill := strings.NewReplacer("{dir}", dir, "{unit}", fmt.Sprint(i+1))
	files, err := filepath.Glob(filepath.Join("testdata", "real", kind, "*"))
	if err != nil || len(files) == 0 {
		l.t.Fatalf("no files of %s: %v", kind, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			l.t.Fatal(err)
		}
		l.write(filepath.Join(dir, filepath.Base(f)), fill.Replace(string(b)))
	}
	return dir
}

func (l *lab) write(path, text string) {
	l.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
}

// serve runs a program in a device until the test ends. Its mounts are its own.
func (l *lab) serve(i int, script string) {
	l.t.Helper()
	var log bytes.Buffer
	cmd := exec.Command("ip", "netns", "exec", l.devices[i], "sh", "-ec", script)
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		if b := log.Bytes(); l.t.Failed() && len(b) > 0 {
			l.t.Logf("%.60s: %s", script, b[max(0, len(b)-1500):])
		}
	})
}

// await waits until ports of a device answer.
func (l *lab) await(i int, ports ...int) {
	l.t.Helper()
	for _, port := range ports {
		at := net.JoinHostPort(l.addr(i), fmt.Sprint(port))
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			if c, err := net.DialTimeout("tcp", at, time.Second); err == nil {
				c.Close()
				break
			}
			if time.Now().After(end) {
				l.t.Fatalf("%s does not answer", at)
			}
		}
	}
}

// listens waits until a port of a device is open, without a connect to it.
func (l *lab) listens(i, port int) {
	l.t.Helper()
	l.sh(fmt.Sprintf("for n in $(seq 200); do ip netns exec %s ss -Hltn 'sport = :%d' | grep -q . && exit 0; sleep 0.05; done; echo nothing listens; exit 1", l.devices[i], port))
}

// assay calls the program and returns what it printed and its exit code.
func (l *lab) assay(args ...string) (string, int) {
	l.t.Helper()
	cmd := exec.Command(l.program, args...)
	text, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		l.t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// run tests a device up to disruptive and returns its matrix and the exit code.
func (l *lab) run(args ...string) (*harness.Matrix, int) {
	l.t.Helper()
	out, err := os.MkdirTemp(l.dir, "runs")
	if err != nil {
		l.t.Fatal(err)
	}
	began := time.Now()
	text, code := l.assay(append([]string{"run", "--out", out, "--allow", "disruptive", "--hazards", "none"}, args...)...)
	files, _ := filepath.Glob(filepath.Join(out, "*", "*", "matrix.json"))
	if code == harness.ExitTrouble || len(files) != 1 {
		l.t.Fatalf("exit %d, matrices %v\n%s", code, files, text)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		l.t.Fatal(err)
	}
	var m harness.Matrix
	if err := json.Unmarshal(b, &m); err != nil {
		l.t.Fatal(err)
	}
	l.t.Logf("%s: exit %d after %v, %s", strings.Join(args, " "), code, time.Since(began).Round(time.Second), m.Line)
	return &m, code
}

func row(m *harness.Matrix, id string) harness.Row {
	for _, r := range m.Rows {
		if string(r.Provision) == id {
			return r
		}
	}
	return harness.Row{}
}

// fails lists the units that came out FAIL and the rows with contrary evidence.
func fails(m *harness.Matrix) (out []string) {
	for _, r := range m.Rows {
		if r.Word == harness.Contrary {
			out = append(out, string(r.Provision)+": "+r.Word)
		}
		for _, u := range r.Units {
			if u.Verdict == harness.Fail {
				out = append(out, u.Unit+": "+u.Reason)
			}
		}
	}
	return out
}

// explain lists a row's units, for whoever reads a failed test.
func explain(r harness.Row) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s %s %q", r.Provision, r.Verdict, r.Word, r.Reason)
	for _, u := range r.Units {
		fmt.Fprintf(&out, "\n  %s %s %s %q", u.Unit, u.Verdict, u.Word, u.Reason)
	}
	return out.String()
}
