package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/discovery"
	"github.com/secure-by-design/assay/harness/specimen"
)

// demoFaults are what the demo's specimen does wrong, and a unit that must say so.
var demoFaults = []struct{ fault, about, unit string }{
	{"universal-default-password", "passwords", "5.1-1-2c"},
	{"update-unsigned-accepted", "updates", "5.3-2-2b"},
	{"tls10-accepted", "communication", "5.5-1-2a"},
	{"reset-keeps-token", "deletion", "5.11-1-2c"},
}

func demoCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "demo",
		Short: "See it work: a faulty specimen on loopback, found, tested and reported",
		Long: "demo starts the reference device on loopback with four faults, finds it by mDNS, runs every automatic unit against it and\n" +
			"shows the matrix and where the report is. It needs no root and no network. It ends with 0 when each fault was found.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return demo(c.Context(), c.OutOrStdout(), c.ErrOrStderr(), out)
		},
	}
	c.Flags().StringVar(&out, "out", "runs", "directory for run directories")
	return c
}

func demo(ctx context.Context, out, errs io.Writer, runs string) error {
	dir, err := os.MkdirTemp("", "assay-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the specimen's secrets: %w", err)
	}
	defer os.RemoveAll(dir)
	var faults []string
	for _, f := range demoFaults {
		faults = append(faults, f.fault)
	}
	name := fmt.Sprintf("Assay Demo %d", os.Getpid())
	pair, err := specimen.StartPair(ctx, specimen.Options{Addr: ownAddress(), Clock: clock.Real(), Faults: faults, Name: name, Dir: dir, MDNS: true, Install: 300 * time.Millisecond, Lock: 200 * time.Millisecond})
	if err != nil {
		return err
	}
	defer pair.Close()
	file, err := pair.WriteDeviceFile(dir)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "A specimen called %q runs on loopback. Its faults: %s.\n", name, strings.Join(faults, ", "))
	began := time.Now()
	devices, err := discovery.Discover(ctx, discovery.Options{Interfaces: []string{"lo"}, For: 10 * time.Second,
		Until: func(all []discovery.Device) bool { return complete(ours(all, name)) }})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Found by mDNS:")
	if err := printDevices(out, ours(devices, name), time.Since(began)); err != nil {
		return err
	}
	s := &session{in: strings.NewReader(""), out: out, errs: errs, program: self, found: devices,
		flags: runFlags{device: file, twin: name + " B", effort: harness.Quick, allow: "disruptive", out: runs, jobs: 1}}
	s.once.Do(func() {}) // found already
	code, err := s.run(ctx, []string{name + " A"})
	if err != nil {
		return err
	}
	return s.judgeDemo(out, code)
}

// ours keeps the demo's own units: other devices may announce themselves on loopback.
func ours(devices []discovery.Device, name string) []discovery.Device {
	return slices.DeleteFunc(slices.Clone(devices), func(d discovery.Device) bool { return !strings.HasPrefix(d.Name, name) })
}

// complete tells whether both units are found, with an address and what they announce: web in both manners, SSH and a broker.
func complete(units []discovery.Device) bool {
	return len(units) == 2 && !slices.ContainsFunc(units, func(d discovery.Device) bool { return len(d.Addresses) == 0 || len(d.Services) < 4 })
}

// judgeDemo says whether each fault was found. The device fails; the demo does not.
func (s *session) judgeDemo(out io.Writer, code int) error {
	if s.last == nil {
		return exit(harness.ExitTrouble)
	}
	missed := 0
	fmt.Fprintln(out)
	for _, f := range demoFaults {
		u := unitOf(s.last, f.unit)
		word := "found"
		if u.Verdict != harness.Fail {
			word = "MISSED"
			missed++
		}
		fmt.Fprintf(out, "  %-7s %-28s %-10s %s\n", word, f.fault, u.Unit, u.Reason)
	}
	if missed > 0 || code != harness.ExitFail {
		return fmt.Errorf("the demo did not show what it should: %d of %d faults were missed", missed, len(demoFaults))
	}
	fmt.Fprintf(out, "\nAll %d faults were found. Judge the record again, without the device: assay replay %s\n", len(demoFaults), filepath.Dir(s.lastDir))
	return nil
}

func unitOf(m *harness.Matrix, id string) harness.UnitRow {
	for _, r := range m.Rows {
		for _, u := range r.Units {
			if u.Unit == id {
				return u
			}
		}
	}
	return harness.UnitRow{Unit: id, Reason: "no such unit"}
}

// ownAddress is a loopback address that no other demo of this machine has, in 127.83.0.0/16.
func ownAddress() netip.Addr {
	pid := os.Getpid()
	return netip.AddrFrom4([4]byte{127, 83, byte(pid >> 7), byte(pid<<1) | 1})
}
