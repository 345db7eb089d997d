package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness/discovery"
)

func discoverCommand() *cobra.Command {
	var ifaces []string
	var window time.Duration
	var asJSON bool
	c := &cobra.Command{
		Use:   "discover",
		Short: "What is on this network",
		Long: "discover asks by mDNS/DNS-SD, SSDP and WS-Discovery, reads the neighbour table, and merges the answers into devices.\n" +
			"An address that a device merely claims is shown as a claim; it is never asked anything.",
		Example: "  assay discover\n  assay discover --iface lo --for 2s --json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			devices, err := discovery.Discover(c.Context(), discovery.Options{Interfaces: ifaces, For: window})
			if err != nil {
				return err
			}
			if asJSON {
				enc := json.NewEncoder(c.OutOrStdout())
				enc.SetIndent("", "  ")
				if devices == nil {
					devices = []discovery.Device{}
				}
				return enc.Encode(devices)
			}
			return printDevices(c.OutOrStdout(), devices, window)
		},
	}
	c.Flags().StringSliceVar(&ifaces, "iface", nil, "interface to look on; default: all that are up (lo must be named)")
	c.Flags().DurationVar(&window, "for", discovery.DefaultWindow, "how long to look")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func printDevices(w io.Writer, devices []discovery.Device, window time.Duration) error {
	if len(devices) == 0 {
		_, err := fmt.Fprintf(w, "Nothing was found in %v.\nLook longer with --for, name the interface with --iface, or give a device's address to assay run.\n", window)
		return err
	}
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tADDRESS\tMAC\tVENDOR AND MODEL\tSERVICES")
	for _, d := range devices {
		what := strings.TrimSpace(d.Vendor + " " + d.Model + " " + d.Firmware)
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", safe(d.Name), addresses(d), d.MAC, safe(what), safe(services(d)))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, d := range devices {
		if len(d.Claims) > 0 {
			fmt.Fprintf(w, "%s names %s, which is not shown to be its own: nothing is sent there\n", safe(d.Name), safe(strings.Join(d.Claims, ", ")))
		}
	}
	return nil
}

func addresses(d discovery.Device) string {
	var out []string
	for _, a := range d.Addresses {
		out = append(out, a.String())
	}
	return strings.Join(out, " ")
}

// services lists what a device announces, each kind once, without the underscores and _tcp of DNS-SD.
func services(d discovery.Device) string {
	var out []string
	for _, s := range d.Services {
		name := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(s.Type, "_"), "._tcp"), "._udp")
		if s.Port != 0 {
			name = fmt.Sprintf("%s:%d", name, s.Port)
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	const most = 8
	if len(out) > most {
		out = append(out[:most], fmt.Sprintf("and %d more", len(out)-most))
	}
	return strings.Join(out, " ")
}

// safe makes a device's string fit for a terminal.
func safe(s string) string { return discovery.Printable(s) }
