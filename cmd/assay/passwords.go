package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/password"
)

func passwordsCommand() *cobra.Command {
	var asJSON bool
	var declared password.Declared
	c := &cobra.Command{
		Use:   "passwords FILE",
		Short: "Look through passwords of labels for what tells of the next one",
		Long: "passwords reads the passwords that units of a model came with, in the order of production where that is known, and looks for shared\n" +
			"values, counters and steps, near values, words, dates, and what comes from MAC, serial, SSID, model or date by hashes, encodings and\n" +
			"cuts. It says what so many samples can show. It prints no password and keeps none: samples are named by their lines.\n\n" +
			"FILE holds a password a line, or CSV whose first line names the columns: password, and mac, serial, ssid, model, date where known.\n" +
			"- reads them from the standard input.\n\n" +
			"Exit code: 0 nothing found · 1 a regularity that is no accident · 2 a question · 3 the file cannot be read.",
		Example: "  assay passwords labels.csv\n  assay passwords labels.csv --prefix AX- --uniform --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			samples, err := readSamples(c.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			r := password.Examine(samples, declared)
			if asJSON {
				enc := json.NewEncoder(c.OutOrStdout())
				enc.SetIndent("", "  ")
				err = enc.Encode(r)
			} else {
				printPasswords(c.OutOrStdout(), r)
			}
			switch {
			case err != nil:
				return err
			case len(r.Sure()) > 0:
				return exit(harness.ExitFail)
			case len(r.Findings) > 0:
				return exit(harness.ExitInconclusive)
			}
			return nil
		},
	}
	c.Flags().StringVar(&declared.Prefix, "prefix", "", "characters that the declaration says all begin with")
	c.Flags().BoolVar(&declared.Uniform, "uniform", false, "the declaration says that every other character is drawn with like chance")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func readSamples(in io.Reader, path string) ([]password.Sample, error) {
	if path == "-" {
		return password.ReadSamples(in)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	samples, err := password.ReadSamples(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return samples, nil
}

func printPasswords(w io.Writer, r password.Report) {
	length := fmt.Sprint(r.Shortest)
	if r.Longest != r.Shortest {
		length = fmt.Sprintf("%d to %d", r.Shortest, r.Longest)
	}
	fmt.Fprintf(w, "%d passwords, %d different; %s characters, of which %d are the same in all\n", r.Samples, r.Different, length, r.Before+r.After)
	fmt.Fprintf(w, "the rest: %d different characters (%s), so at most %.0f bits", r.Alphabet, strings.Join(r.Classes, ", "), r.MostBits)
	if r.Median > 0 {
		fmt.Fprintf(w, "; edit distance %d at the nearest, %d in the middle", r.Nearest, r.Median)
	}
	fmt.Fprintln(w)
	for _, title := range []string{"found", "questions"} {
		n := 0
		for _, f := range r.Findings {
			if f.Sure != (title == "found") {
				continue
			}
			if n++; n == 1 {
				fmt.Fprintf(w, "\n%s\n", title)
			}
			fmt.Fprintf(w, "  %-8s %s\n", f.Kind, safe(f.What))
			fmt.Fprintf(w, "           %s; in a good generator with a chance of %.1g\n", linesOf(f), f.Chance)
		}
	}
	if len(r.Findings) == 0 {
		fmt.Fprintln(w, "\nnothing found")
	}
	fmt.Fprintf(w, "\nlooked for\n  %s\n", strings.Join(r.Looked, "\n  "))
	fmt.Fprintf(w, "\nwhat these samples cannot show\n  %s\n", strings.Join(r.Cannot, "\n  "))
}

// linesOf names the samples of a finding.
func linesOf(f password.Finding) string {
	var lines []string
	for _, n := range f.Lines[:min(8, len(f.Lines))] {
		lines = append(lines, fmt.Sprint(n))
	}
	s := "lines " + strings.Join(lines, ", ")
	if len(lines) == 1 {
		s = "line " + lines[0]
	}
	if more := f.Of - len(lines); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}
