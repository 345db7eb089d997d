package main

import (
	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/migrate"
)

func migrateCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "migrate FILE",
		Short: "Carry a device file from edition V2.1 to V3.1",
		Long: "migrate writes FILE as a device file of edition V3.1. Claims go to the provisions that theirs became, 15-Intf and 28-ExtAPI to\n" +
			"15-PhyIntf and 28-LogIntf, 11-ComMech to 11-SecComMech, and conditions become features where one follows from the other.\n" +
			"No claim is added: what V3.1 asks anew is marked \"new in V3.1\" and left empty, and assay check lists it. Comments stay,\n" +
			"but for those behind the values of the tables 11, 15 and 28, which are written anew.",
		Example: "  assay migrate camera.yaml -o camera-v3.1.yaml\n  assay check camera-v3.1.yaml\n" +
			"  assay run 192.0.2.7 --edition both --device camera.yaml --also camera-v3.1.yaml",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := fresh(out, ""); err != nil {
				return err
			}
			f, err := device.Load(args[0])
			if err != nil {
				return err
			}
			b, err := migrate.Migrate(f)
			if err != nil {
				return err
			}
			return deliver(out, b, c)
		},
	}
	c.Flags().StringVarP(&out, "file", "o", "", "write to this file (default: standard output)")
	return c
}
