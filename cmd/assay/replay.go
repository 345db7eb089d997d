package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/reports"
)

func replayCommand() *cobra.Command {
	var only []string
	var verbose bool
	var edition, file string
	c := &cobra.Command{
		Use:   "replay RUN",
		Short: "Judge a record again, without the device",
		Long: "replay answers every question from the record and judges again with the suites of this program. It proves the judging:\n" +
			"the same matrix comes out, or the differences are listed. It touches no network and writes nothing.",
		Example: "  assay replay runs/2027-01-31T09-00-00Z\n  assay replay runs/2027-01-31T09-00-00Z --edition V3.1 --device camera-v3.1.yaml -v\n  assay replay runs/2027-01-31T09-00-00Z/192.0.2.7 --only 5.1-1",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dirs, err := records(args[0])
			if err != nil {
				return err
			}
			differ := 0
			for _, dir := range dirs {
				past, err := harness.Read(dir)
				if err != nil {
					return err
				}
				if past, err = as(past, edition, file); err != nil {
					return err
				}
				out, run, err := past.Replay(only)
				if err != nil {
					return err
				}
				if verbose {
					width, _ := terminal(c.OutOrStdout())
					if err := reports.Terminal(c.OutOrStdout(), past.MatrixOf(run, out), reports.Options{Width: width, Color: colour(c.OutOrStdout())}); err != nil {
						return err
					}
				}
				diff := past.Differences(out)
				for _, d := range diff {
					fmt.Fprintln(c.OutOrStdout(), d)
				}
				fmt.Fprintf(c.OutOrStdout(), "%s: %d units judged again, %d differ\n", dir, len(out), len(diff))
				differ += len(diff)
			}
			if differ > 0 {
				return exit(harness.ExitFail)
			}
			return nil
		},
	}
	c.Flags().StringSliceVar(&only, "only", nil, "judge these alone: a clause, provision, case or unit")
	c.Flags().BoolVarP(&verbose, "verbose", "v", false, "show the matrix")
	c.Flags().StringVar(&edition, "edition", "", "judge it in this edition (default: the run's own)")
	c.Flags().StringVar(&file, "device", "", "with --edition: the device file of that edition (default: the one the record keeps)")
	return c
}

// records finds the run directories at or right below a path.
func records(path string) ([]string, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("find the run: %w\n  run directories lie in runs/, or where --out said", err)
	}
	if evidence.Exists(path) {
		return []string{path}, nil
	}
	var out []string
	filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == "events.jsonl" {
			out = append(out, filepath.Dir(p))
		}
		return nil
	})
	if len(out) == 0 {
		return nil, fmt.Errorf("find the run: %s holds no record (events.jsonl)", path)
	}
	slices.Sort(out)
	return out, nil
}
