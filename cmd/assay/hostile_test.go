package main

import (
	"bytes"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness"
)

// misbehave serves each connection to an address in a way of its own, until the test ends.
func misbehave(t *testing.T, at string, serve func(net.Conn)) {
	t.Helper()
	l, err := net.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer c.Close(); serve(c) }()
		}
	}()
}

// A device that closes every connection, one that sends without an end and one that drips cost bounded time, memory and disk,
// and convict nobody.
func TestHostileDevices(t *testing.T) {
	t.Parallel()
	garbage := bytes.Repeat([]byte("<script>alert(1)</script>\x1b[31m\x00\xff\r\n"), 2000)
	kinds := map[string]func(net.Conn){
		"closes": func(net.Conn) {},
		"floods": func(c net.Conn) {
			for c.SetWriteDeadline(time.Now().Add(5*time.Second)) == nil {
				if _, err := c.Write(garbage); err != nil {
					return
				}
			}
		},
		"drips": func(c net.Conn) {
			tick := time.NewTicker(time.Second)
			defer tick.Stop()
			for range tick.C {
				if _, err := c.Write([]byte("x")); err != nil {
					return
				}
			}
		},
	}
	declared := []string{"--device", startStuck(t).file, "--allow", "intrusive"} // all that a conformant device of this kind declares
	n := 0
	for kind, serve := range kinds {
		n++
		addr := loopback(200 + n).String()
		for _, port := range []string{"2222", "8443", "8883"} {
			misbehave(t, net.JoinHostPort(addr, port), serve)
		}
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			args := append([]string{addr + ":2222,8443,8883"}, declared...)
			if kind == "drips" { // each of a hundred tries would take its patience
				args = args[:1]
			}
			c := begin(t, args...)
			if code := c.ends(t, time.Minute); code != harness.ExitInconclusive {
				t.Errorf("exit %d\n%s", code, c.said())
			}
			convictsNobody(t, c, c.record(t, addr))
		})
	}
}

// convictsNobody looks at a run of a device that gave no sensible answer.
func convictsNobody(t *testing.T, c *command, dir string) {
	t.Helper()
	past, err := harness.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !past.Log.Complete || len(past.Outcomes) != len(past.Opening.Plan) {
		t.Errorf("%d of %d units were judged", len(past.Outcomes), len(past.Opening.Plan))
	}
	for _, o := range past.Outcomes {
		if o.Verdict == harness.Fail || o.Verdict == harness.Pass && o.Basis != harness.BasisDeclared || o.Reason == "" && o.Verdict == harness.Inconclusive {
			t.Errorf("%s is %s: %s", o.Unit, o.Verdict, o.Reason)
		}
	}
	size := int64(0)
	filepath.Walk(dir, func(_ string, i os.FileInfo, err error) error {
		if err == nil {
			size += i.Size()
		}
		return err
	})
	used := c.ProcessState.SysUsage().(*syscall.Rusage) // of the program and of its worker the larger (wait4(2))
	if size > 8<<20 || used.Maxrss > 200<<10*underRace {
		t.Errorf("%d bytes on the disk, %d KiB of memory", size, used.Maxrss)
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil || bytes.Contains(page, []byte("<script>alert")) {
		t.Errorf("the page holds the device's script as it came (%v)", err)
	}
	if strings.ContainsAny(c.said(), "\x1b\x00") {
		t.Errorf("the terminal was sent what the device sent:\n%q", c.said())
	}
}
