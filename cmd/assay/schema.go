package main

import (
	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness/device"
)

func schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "The JSON Schema of device files, for editors",
		Long: "schema prints the JSON Schema (draft 2020-12) of device files. Keep it beside a device file as " + device.SchemaFile + ",\n" +
			"and begin the file with this line: an editor then completes and explains what can be written.\n\n" +
			"  # yaml-language-server: $schema=" + device.SchemaFile,
		Example: "  assay schema > " + device.SchemaFile,
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := c.OutOrStdout().Write(device.Schema)
			return err
		},
	}
}
