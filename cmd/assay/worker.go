package main

import (
	"os"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/probe/identity"
)

// workerCommand is the program's other half: one target, in a process of its own (harness.Launch).
func workerCommand() *cobra.Command {
	return &cobra.Command{
		Use: "worker", Hidden: true, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			syscall.CloseOnExec(3) // no program that an operation starts keeps the parent waiting
			if code := harness.Work(os.Stdin, os.NewFile(3, "results"), identity.Read); code != 0 {
				return exit(code)
			}
			return nil
		},
	}
}

// self is the command line of a worker.
func self() ([]string, error) {
	path, err := os.Executable()
	return []string{path, "worker"}, err
}
