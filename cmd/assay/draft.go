package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/discovery"
	"github.com/secure-by-design/assay/harness/draft"
	"github.com/secure-by-design/assay/provisions"
)

func draftCommand() *cobra.Command {
	var f runFlags
	var from, out string
	c := &cobra.Command{
		Use:   "draft [TARGET]",
		Short: "Write a device file from what is observed, for a person to finish",
		Long: "draft looks at a TARGET gently, as assay run does (nothing is changed, no password is tried), and writes a device file: its\n" +
			"identification, interfaces, services, log-ins, cryptography, keys and implementations, each below the line of the record that\n" +
			"it rests on. What only a person knows is marked TODO; assay check lists it. Nothing is claimed that was not seen.\n\n" +
			"With --from RUN nothing is sent: what that run saw is drafted. With --device FILE the sections and tables that it has stay\n" +
			"as they stand, and the others are added.",
		Example: "  assay draft 192.0.2.7 -o camera.yaml\n  assay draft --from runs/2027-01-31T09-00-00Z --edition V3.1 -o camera.yaml\n" +
			"  assay draft \"Cam One\" --device camera.yaml -o camera-2.yaml",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, targets []string) error {
			if (from == "") == (len(targets) == 0) {
				return errors.New("draft: name a TARGET to look at, or a run with --from RUN")
			}
			if err := fresh(out, f.device); err != nil {
				return err
			}
			begun, e, err := begun(f)
			if err != nil {
				return err
			}
			dir := from
			if dir == "" {
				s := &session{flags: f, in: c.InOrStdin(), out: c.ErrOrStderr(), errs: c.ErrOrStderr(), program: self}
				if dir, err = s.look(c.Context(), targets[0]); err != nil {
					return err
				}
			}
			b, err := drafted(dir, begun, e)
			if err != nil {
				return err
			}
			return deliver(out, b, c)
		},
	}
	fl := c.Flags()
	fl.StringVar(&from, "from", "", "draft what this run saw; nothing is sent")
	fl.StringVarP(&out, "file", "o", "", "write to this file (default: standard output)")
	fl.StringVar(&f.device, "device", "", "a device file that was begun: what it has stays")
	fl.StringVar(&f.edition, "edition", "", "V2.1 or V3.1 (default: the device file's, or V2.1)")
	fl.StringVar(&f.state, "state", "", "factory, set-up, initialised or unknown: how far the device's set-up has come")
	fl.StringVar(&f.out, "out", "runs", "directory for the record of the look")
	fl.StringSliceVar(&f.ifaces, "iface", nil, "interface to find the target on")
	fl.StringVar(&f.by, "by", "", "who looks (default: you, as this machine knows you)")
	fl.StringVar(&f.right, "right", "", "by what right: owner, customer order or supplier permission (default: owner)")
	return c
}

// begun is the device file that was begun, or nil, and the edition of the draft.
func begun(f runFlags) (*device.File, provisions.Edition, error) {
	var file *device.File
	if f.device != "" {
		var err error
		if file, err = device.Load(f.device); err != nil {
			return nil, "", err
		}
		if f.edition != "" && file.Edition != "" && f.edition != file.Edition {
			return nil, "", fmt.Errorf("--edition %s: %s is of edition %s; assay migrate carries it over", f.edition, f.device, file.Edition)
		}
	}
	e, err := (&session{flags: f}).edition(file)
	return file, e, err
}

// look runs the units whose questions a draft rests on, gently, and returns the run's directory.
func (s *session) look(ctx context.Context, target string) (string, error) {
	s.flags.only, s.flags.allow, s.flags.effort, s.flags.jobs = draft.Units, "gentle", harness.Normal, 1
	open, file, err := s.opening()
	if err != nil {
		return "", err
	}
	jobs, err := s.jobs(ctx, []string{target}, open, file)
	if err != nil {
		return "", err
	}
	program, err := s.program()
	if err != nil {
		return "", fmt.Errorf("start the worker: %w", err)
	}
	s.recognise(ctx, &jobs[0])
	s.progress = newProgress(io.Discard, 1) // its verdicts are nobody's business: nothing is declared yet
	fmt.Fprintf(s.errs, "looking at %s, gently\n", safe(target))
	_, _, err = s.one(ctx, program, jobs[0])
	s.progress.end()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(s.errs, "what was seen is kept in %s\n", jobs[0].Dir)
	return jobs[0].Dir, nil
}

// recognise asks the network who an address is, where its name was not asked for: a device announces vendor, model and
// version. One that does not is drafted without.
func (s *session) recognise(ctx context.Context, job *harness.Job) {
	at := job.A.Addresses[0]
	if job.Opening.Identity.Name != job.Opening.Target || job.Opening.Identity.Model != "" {
		return
	}
	o := discovery.Options{Interfaces: s.flags.ifaces, For: 3 * time.Second}
	if len(o.Interfaces) == 0 && at.IsLoopback() {
		o.Interfaces = []string{"lo"}
	}
	found, err := discovery.Discover(ctx, o)
	if err != nil {
		fmt.Fprintf(s.errs, "who it is was not asked: %v\n", err)
		return
	}
	for _, d := range found {
		if slices.Contains(d.Addresses, at) {
			t := discovery.Target{Name: d.Name, Device: &d, Addresses: job.A.Addresses}
			job.Opening.Identity = identify(t, job.Opening.Identity.Identification)
		}
	}
}

// drafted is the draft of what the one run at a path saw.
func drafted(path string, begun *device.File, e provisions.Edition) ([]byte, error) {
	dirs, err := records(path)
	if err != nil {
		return nil, err
	}
	if len(dirs) != 1 {
		return nil, fmt.Errorf("draft from %s: it holds the records of %d devices\n  name one: %s", path, len(dirs), dirs[0])
	}
	past, err := harness.Read(dirs[0])
	if err != nil {
		return nil, err
	}
	seen, err := draft.From(past)
	if err != nil {
		return nil, err
	}
	if len(seen.Services) == 0 && !seen.Whole {
		return nil, fmt.Errorf("draft from %s: the run did not look at the device's ports\n  let draft look itself: assay draft TARGET", dirs[0])
	}
	return draft.Write(seen, begun, e)
}

// fresh refuses to write over a file, but for the one that was read.
func fresh(out, read string) error {
	if out == "" || read != "" && filepath.Clean(out) == filepath.Clean(read) {
		return nil
	}
	if _, err := os.Lstat(out); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write %s: it is there already\n  name another file, or move that one away", out)
	}
	return nil
}

// deliver writes a device file to a path, whole or not at all, or to standard output. One that cannot be read from there, as
// what it refers to lies elsewhere, is said to be so.
func deliver(out string, b []byte, c *cobra.Command) error {
	if out == "" {
		_, err := c.OutOrStdout().Write(b)
		return err
	}
	if err := replace(out, b); err != nil {
		return err
	}
	if _, err := device.Load(out); err != nil {
		fmt.Fprintf(c.ErrOrStderr(), "%s is written, and misses what it refers to: keep it in the folder of the file that it comes from\n  %s\n", out, indent(err.Error()))
	}
	return nil
}

// replace writes a file, whole or not at all.
func replace(out string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(out), ".assay-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", out, err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), out)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", out, err)
	}
	return nil
}
