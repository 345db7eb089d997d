package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/plan"
	"github.com/secure-by-design/assay/provisions"
	"github.com/secure-by-design/assay/reports"
)

func planCommand() *cobra.Command {
	var w plan.Wish
	var file, twin, edition, allow, start string
	var asJSON bool
	var extra runFlags
	c := &cobra.Command{
		Use:   "plan [TARGET]",
		Short: "What a run would do, what it needs, whose time it costs",
		Long: "plan lists every unit of an edition: whether it will run by itself, needs an operation, a second unit or a person, does not apply,\n" +
			"or lacks a table of the device file. It sends nothing. Equal device files give equal plans, line by line.",
		Example: "  assay plan --device camera.yaml --allow disruptive\n  assay plan --device camera.yaml --start 2026-12-01T09:00",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if len(args) > 0 {
				w.Target = args[0]
			}
			if file != "" {
				if w.File, err = device.Load(file); err != nil {
					return err
				}
			}
			given, err := supplied(extra, w.File)
			if err != nil {
				return err
			}
			if w.File != nil {
				w.File = given.Into(w.File)
			}
			w.Image = given != nil && len(given.Firmware) > 0
			if edition == "" && w.File != nil {
				edition = w.File.Edition
			}
			if edition == "" {
				edition = string(provisions.V21)
			}
			if w.Edition, err = provisions.ParseEdition(edition); err != nil {
				return err
			}
			if w.Allowed, err = provisions.ParseLevel(allow); err != nil {
				return fmt.Errorf("--allow %s: %w", allow, err)
			}
			w.Twin = twin != ""
			var began time.Time
			if start != "" {
				if began, err = time.ParseInLocation("2006-01-02T15:04", start, time.Local); err != nil {
					return fmt.Errorf("--start %s: write the day and time as 2026-12-01T09:00", start)
				}
			}
			p := plan.Make(w)
			if asJSON {
				enc := json.NewEncoder(c.OutOrStdout())
				enc.SetIndent("", "  ")
				return enc.Encode(p)
			}
			return printPlan(c.OutOrStdout(), p, began)
		},
	}
	c.Flags().StringVar(&file, "device", "", "the device file")
	c.Flags().StringVar(&twin, "twin", "", "a second unit of the model is at hand: its name or address")
	c.Flags().StringVar(&edition, "edition", "", "edition of the standard: V2.1 or V3.1 (default: that of the device file, else V2.1)")
	c.Flags().StringVar(&allow, "allow", "gentle", "how far a run may go: passive, gentle, intrusive, disruptive")
	c.Flags().StringVar(&w.Effort, "effort", harness.Normal, "quick, normal or long")
	c.Flags().StringVar(&start, "start", "", "when it begins (2026-12-01T09:00): shows when it ends")
	c.Flags().StringSliceVar(&extra.firmware, "firmware", nil, "image of the device's software that is to be looked into")
	c.Flags().StringVar(&extra.advisories, "advisories", "", "dated list of vulnerabilities, OSV")
	c.Flags().StringSliceVar(&extra.rights, "authorise", nil, "your right goes as far as to unpack the firmware, and to guess-hashes in it")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// printPlan writes a plan for people: the units in the catalogue's order, one a line, then what they come to.
func printPlan(w io.Writer, p *plan.Plan, began time.Time) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Plan for edition %s, %s effort, up to %s\n\n", p.Edition, p.Effort, p.Allowed)
	for _, u := range p.Units {
		why := u.Why
		if why == "" {
			why = u.Purpose
		}
		fmt.Fprintf(&b, "%-11s %-19s %-10s %s\n", u.Unit, u.Way, u.Level, reports.Safe(why))
	}
	b.WriteString("\n")
	for _, way := range plan.Ways {
		if n := p.Count[way]; n > 0 {
			fmt.Fprintf(&b, "%4d %s\n", n, way)
		}
	}
	fmt.Fprintf(&b, "\nA person is needed for %s, in these sittings:\n", span(p.Attended))
	for _, q := range p.Prompts {
		fmt.Fprintf(&b, "  %-8s %8s  %s%s\n", q.Sitting, span(q.Minutes), q.What, units(q.Units))
	}
	fmt.Fprintf(&b, "The machine works alone for %s%s\n", span(p.Unattended), map[bool]string{true: ", of it:", false: ""}[len(p.Blocks) > 0])
	for _, k := range p.Blocks {
		fmt.Fprintf(&b, "  %8s  %s%s\n", span(k.Minutes), k.What, units(k.Units))
	}
	if !began.IsZero() {
		fmt.Fprintf(&b, "Begun on %s it ends on %s, with people at work on weekdays from nine to five.\n", began.Format("Mon 2006-01-02 15:04"), p.Ends(began).Format("Mon 2006-01-02 15:04"))
	}
	if len(p.Lasting) > 0 {
		b.WriteString("What is not put back:\n")
		for _, l := range p.Lasting {
			fmt.Fprintf(&b, "  %s\n", l)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// span is a number of minutes as people say it.
func span(minutes int) string {
	if minutes < 60 {
		return fmt.Sprintf("%d min", minutes)
	}
	return fmt.Sprintf("%d h %02d", minutes/60, minutes%60)
}

// units names a few, and how many more.
func units(ids []string) string {
	switch n := len(ids); {
	case n == 0:
		return ""
	case n > 6:
		return fmt.Sprintf(" (%s and %d more)", strings.Join(ids[:5], ", "), n-5)
	}
	return " (" + strings.Join(ids, ", ") + ")"
}
