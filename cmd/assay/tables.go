package main

import (
	"bytes"
	"errors"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/tables"
)

func tablesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "tables",
		Short: "Carry the IXIT of a device file to spreadsheets and back",
		Long: "tables writes the IXIT as a sheet a table, and reads it again: each column is a field of the standard or a typed key, whose\n" +
			"inner keys stand as YAML in the cell. Nothing is lost either way.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(tablesExportCommand(), tablesImportCommand())
	return c
}

// sheetFlags name a directory of CSV files or a workbook: exactly one of both.
type sheetFlags struct{ csv, xlsx string }

func (f *sheetFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.csv, "csv", "", "directory with a file a table: 6-SoftComp.csv")
	c.Flags().StringVar(&f.xlsx, "xlsx", "", "workbook with a sheet a table")
	c.MarkFlagsOneRequired("csv", "xlsx")
	c.MarkFlagsMutuallyExclusive("csv", "xlsx")
}

func tablesExportCommand() *cobra.Command {
	var f sheetFlags
	c := &cobra.Command{
		Use:   "export FILE",
		Short: "Write the tables of a device file as sheets",
		Long: "export writes a sheet for each table that FILE declares; one that is declared as none has its columns alone. All cells are text:\n" +
			"what a spreadsheet would take for a formula stands behind an apostrophe.",
		Example: "  assay tables export camera.yaml --xlsx camera.xlsx\n  assay tables export camera.yaml --csv ixit/",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			file, err := device.Load(args[0])
			if err != nil {
				return err
			}
			sheets := tables.Export(file)
			if len(sheets) == 0 {
				return errors.New("export the tables: " + args[0] + " declares none\n  begin one: assay draft TARGET")
			}
			if f.csv != "" {
				return tables.WriteCSV(f.csv, sheets)
			}
			if err := fresh(f.xlsx, ""); err != nil {
				return err
			}
			var b bytes.Buffer
			if err := tables.WriteXLSX(&b, sheets); err != nil {
				return err
			}
			return replace(f.xlsx, b.Bytes())
		},
	}
	f.add(c)
	return c
}

func tablesImportCommand() *cobra.Command {
	var f sheetFlags
	var out string
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Put the tables of sheets into a device file",
		Long: "import reads sheets as export writes them and puts their tables into the text of FILE. A table without a sheet, one that means what\n" +
			"it meant, and all that is no table stay as they stand, comments included. All that is wrong is said at once, with sheet, row and\n" +
			"column. Without -o the text goes to standard output; -o FILE may name FILE itself.",
		Example: "  assay tables import camera.yaml --xlsx camera.xlsx -o camera.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			file, err := device.Load(args[0])
			if err != nil {
				return err
			}
			if err := fresh(out, args[0]); err != nil {
				return err
			}
			read, from := tables.ReadCSV, f.csv
			if from == "" {
				read, from = tables.ReadXLSX, f.xlsx
			}
			sheets, err := read(from)
			if err != nil {
				return err
			}
			b, err := tables.Import(file, sheets)
			if err != nil {
				return err
			}
			return deliver(out, b, c)
		},
	}
	f.add(c)
	c.Flags().StringVarP(&out, "file", "o", "", "write to this file (default: standard output)")
	return c
}
