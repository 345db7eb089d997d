package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

func checkCommand() *cobra.Command {
	var run, edition string
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Check a device file: errors, gaps, contradictions, and what a run saw",
		Long: "check reads a device file strictly. All errors are said at once, with line and column. Then it says what the units of the claimed\n" +
			"provisions still need, and what contradicts itself in the file; with --run, what was seen in a run and is not declared, and what\n" +
			"is declared and was not seen. It touches no network and writes nothing.\n\n" +
			"Exit code: 0 nothing to say · 1 a contradiction · 2 a gap or a difference · 3 an error in the file.",
		Example: "  assay check camera.yaml\n  assay check camera.yaml --run runs/2027-01-31T09-00-00Z",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := device.Load(args[0])
			if err != nil {
				return err
			}
			e, err := provisions.ParseEdition(cmp.Or(edition, f.Edition, string(provisions.V21)))
			if err != nil {
				return err
			}
			found := slices.Concat(f.Contradictions(e), f.Expired(time.Now()), f.Gaps(e))
			if run != "" {
				differences, err := fromRun(f, run)
				if err != nil {
					return err
				}
				found = append(found, differences...)
			}
			printFindings(c.OutOrStdout(), args[0], e, f, found)
			return codeOf(found)
		},
	}
	c.Flags().StringVar(&run, "run", "", "hold it against what this run saw")
	c.Flags().StringVar(&edition, "edition", "", "edition of the standard: V2.1 or V3.1 (that of the file)")
	return c
}

// fromRun are the differences between a declaration and what the runs at a path saw.
func fromRun(f *device.File, path string) (out []device.Finding, err error) {
	dirs, err := records(path)
	if err != nil {
		return nil, err
	}
	for _, dir := range dirs {
		past, err := harness.Read(dir)
		if err != nil {
			return nil, err
		}
		o, err := observed(past)
		if err != nil {
			return nil, err
		}
		if len(o.Services) == 0 && !o.Whole {
			return nil, fmt.Errorf("hold %s against %s: the run did not look at the device's ports\n  run 5.6-1 first: assay run TARGET --only 5.6-1", f.Path, dir)
		}
		out = append(out, f.Differences(o)...)
	}
	return out, nil
}

// sections are the kinds of findings, in order, and what stands above them.
var sections = []struct {
	kind       device.Kind
	title      string
	one, count string // how one and several are counted
}{
	{device.Contradiction, "contradictions", "contradiction", "contradictions"},
	{device.Undeclared, "seen, but not declared", "seen but not declared", "seen but not declared"},
	{device.Unseen, "declared, but not seen", "declared but not seen", "declared but not seen"},
	{device.Gap, "gaps: units cannot be judged without", "gap", "gaps"},
	{device.Untyped, "in words alone: a person will be asked", "in words alone", "in words alone"},
}

func printFindings(w io.Writer, path string, e provisions.Edition, f *device.File, found []device.Finding) {
	fmt.Fprintf(w, "%s: %s, %s\n", path, e, summary(f, e))
	var counts []string
	for _, s := range sections {
		n := 0
		for _, x := range found {
			if x.Kind != s.kind {
				continue
			}
			if n++; n == 1 {
				fmt.Fprintf(w, "\n%s\n", s.title)
			}
			fmt.Fprintln(w, "  "+strings.ReplaceAll(safeLines(x.In(path)), "\n", "\n  "))
			if len(x.Units) > 0 {
				fmt.Fprintln(w, "    needed by "+several(x.Units, 6))
			}
		}
		switch {
		case n == 1:
			counts = append(counts, "1 "+s.one)
		case n > 1:
			counts = append(counts, fmt.Sprintf("%d %s", n, s.count))
		}
	}
	if len(counts) == 0 {
		counts = []string{"nothing to say"}
	}
	fmt.Fprintf(w, "\n%s\n", strings.Join(counts, ", "))
}

// safeLines makes a text of several lines fit to be shown.
func safeLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = safe(lines[i])
	}
	return strings.Join(lines, "\n")
}

// summary counts tables and claims.
func summary(f *device.File, e provisions.Edition) string {
	tables, declared := provisions.Must().Tables(e), 0
	for _, t := range tables {
		if _, ok := f.Table(t.Name); ok {
			declared++
		}
	}
	claims := map[string]int{}
	rows := f.JudgeICS(e)
	for _, j := range rows {
		claims[j.Claim.Support]++
	}
	s := fmt.Sprintf("%d of %d tables, %d provisions: %d Y, %d N, %d N/A", declared, len(tables), len(rows), claims["Y"], claims["N"], claims["N/A"])
	if n := claims[""]; n > 0 {
		s += fmt.Sprintf(", %d not claimed", n)
	}
	return s
}

// several lists the first of many.
func several(items []string, most int) string {
	if len(items) <= most+1 {
		return strings.Join(items, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(items[:most], ", "), len(items)-most)
}

// codeOf is the exit code that findings ask for.
func codeOf(found []device.Finding) error {
	has := func(kinds ...device.Kind) bool {
		return slices.ContainsFunc(found, func(x device.Finding) bool { return slices.Contains(kinds, x.Kind) })
	}
	switch {
	case has(device.Contradiction):
		return exit(harness.ExitFail)
	case has(device.Gap, device.Undeclared, device.Unseen):
		return exit(harness.ExitInconclusive)
	}
	return nil
}
