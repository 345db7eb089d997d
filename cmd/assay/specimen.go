package main

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/specimen"
	"github.com/secure-by-design/assay/provisions"
)

func specimenCommand() *cobra.Command {
	var faults, honest []string
	var list, pair bool
	var addr, name, dir string
	c := &cobra.Command{
		Use:   "specimen",
		Short: "A reference device, conformant but for its named faults",
		Long: "specimen runs the reference device until it is interrupted: mDNS, an HTTPS admin page and API, SSH, MQTT over TLS, signed updates,\n" +
			"user data and a factory reset. It writes a device file and the secrets that it refers to into --dir.",
		Example: "  assay specimen --list\n  assay specimen --fault no-lockout --dir /tmp/specimen",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if list {
				return listFaults(c.OutOrStdout())
			}
			at, err := netip.ParseAddr(addr)
			if err != nil {
				return fmt.Errorf("--addr %s: %w", addr, err)
			}
			if dir == "" {
				if dir, err = os.MkdirTemp("", "assay-specimen-"); err != nil {
					return err
				}
				defer os.RemoveAll(dir)
			} else if err := os.MkdirAll(dir, 0o700); err != nil {
				return fmt.Errorf("--dir %s: %w", dir, err)
			}
			o := specimen.Options{Addr: at, Clock: clock.Real(), Faults: faults, Honest: honest, Name: name, Dir: dir, MDNS: true}
			return runSpecimen(c, o, pair)
		},
	}
	c.Flags().StringSliceVar(&faults, "fault", nil, "what it does wrong; may be given again")
	c.Flags().StringSliceVar(&honest, "honest", nil, "a conformant oddity; may be given again")
	c.Flags().BoolVar(&list, "list", false, "list the faults and honest variants")
	c.Flags().BoolVar(&pair, "twin", false, "run two units, on two addresses")
	c.Flags().StringVar(&addr, "addr", "127.83.0.1", "its own address; the twin has the next one")
	c.Flags().StringVar(&name, "name", "Assay Specimen", "the name that it announces")
	c.Flags().StringVar(&dir, "dir", "", "where it writes its device file and secrets (default: a folder that goes with it)")
	return c
}

func runSpecimen(c *cobra.Command, o specimen.Options, pair bool) error {
	start := specimen.StartOne
	if pair {
		start = specimen.StartPair
	}
	units, err := start(c.Context(), o)
	if err != nil {
		return err
	}
	defer units.Close()
	file, err := units.WriteDeviceFile(o.Dir)
	if err != nil {
		return err
	}
	newer := filepath.Join(o.Dir, "v3.1")
	if err := os.MkdirAll(newer, 0o700); err != nil {
		return fmt.Errorf("--dir %s: %w", o.Dir, err)
	}
	also, err := units.WriteDeviceFileOf(newer, provisions.V31)
	if err != nil {
		return err
	}
	w := c.OutOrStdout()
	for _, d := range units.Devices() {
		fmt.Fprintf(w, "%s at %s, ports %s\n", d.Name(), d.Addr(), ports(d.Ports()))
	}
	fmt.Fprintf(w, "device file: %s\nof edition V3.1: %s\nrun it with: assay run %s --device %s --allow disruptive\nCtrl-C ends it\n", file, also, units.Devices()[0].Target(), file)
	<-c.Context().Done()
	return nil
}

func ports(list []uint16) string {
	var out []string
	for _, p := range list {
		out = append(out, fmt.Sprint(p))
	}
	return strings.Join(out, ", ")
}

// listFaults shows each fault with the units that it breaks, as the catalogue declares them.
func listFaults(w io.Writer) error {
	known := map[string]*provisions.Fault{}
	for _, f := range provisions.Must().Faults() {
		known[f.Name] = f
	}
	fmt.Fprintln(w, "Faults, and the units that each breaks:")
	for _, name := range specimen.Faults() {
		f := known[name]
		fmt.Fprintf(w, "  %-30s %s\n  %-30s breaks %s\n", name, f.Behaviour, "", refs(f.Breaks))
		if len(f.Contradicts) > 0 {
			fmt.Fprintf(w, "  %-30s contradicts %s\n", "", refs(f.Contradicts))
		}
	}
	honest := map[string]*provisions.Honest{}
	for _, h := range provisions.Must().Honest() {
		honest[h.Variant] = h
	}
	fmt.Fprintln(w, "\nHonest variants, conformant oddities that must not FAIL:")
	for _, name := range specimen.HonestVariants() {
		fmt.Fprintf(w, "  %-30s %s\n", name, honest[name].Behaviour)
	}
	return nil
}

func refs(list []provisions.Ref) string {
	var out []string
	for _, r := range list {
		s := r.Unit
		if r.Edition != "" {
			s += "@" + string(r.Edition)
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}
