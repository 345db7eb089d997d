// Command assay tests a live consumer IoT device against ETSI TS 103 645 / EN 303 645 and produces a conformance matrix.
//
// Its one idea is that a run is a record: everything is written down before it is judged, so that whoever doubts a
// verdict can replay it.
//
//	assay demo                      see it work, on loopback
//	assay discover                  what is on this network
//	assay run "Cam One" --device camera.yaml --allow disruptive
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/secure-by-design/assay/harness"

	_ "github.com/secure-by-design/assay/suites"
)

func main() { os.Exit(assay(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// An exit is a command's wish for an exit code, which is no error.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// assay runs one command line and returns the exit code: 0 conformant or done, 1 FAIL, 2 inconclusive, 3 trouble.
func assay(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := interruptible()
	defer stop()
	root := commands()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	var code exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &code):
		return int(code)
	}
	fmt.Fprintln(errs, "assay: "+indent(err.Error()))
	return harness.ExitTrouble
}

// interruptible is a context that the first interrupt ends, with the cause that reports show. The second has the effect that
// it has on any program: it ends this one at once.
func interruptible() (ctx context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
			signal.Stop(signals)
			cancel(harness.ErrStopped)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}

// indent sets what follows the first line of an error apart.
func indent(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i := 1; i < len(lines); i++ {
		lines[i] = "  " + strings.TrimPrefix(lines[i], "  ")
	}
	return strings.Join(lines, "\n")
}

func commands() *cobra.Command {
	root := &cobra.Command{
		Use:   "assay",
		Short: "Test a live IoT device against ETSI EN 303 645",
		Long: "Assay finds a live device on the network, runs each provision of ETSI TS 103 645 / EN 303 645\n" +
			"against it the way TS 103 701 says, and produces a conformance matrix.",
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(demoCommand(), discoverCommand(), listCommand(), planCommand(), runCommand(), replayCommand(), answerCommand(), reportCommand(),
		specimenCommand(), workerCommand(), schemaCommand(), checkCommand(), draftCommand(), passwordsCommand(), tablesCommand(), migrateCommand())
	return root
}

// terminal tells whether a stream is one, and how wide it is.
func terminal(w io.Writer) (width int, is bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 100, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 40 {
		width = 80
	}
	return width, true
}

// colour tells whether a stream takes it: a terminal, unless NO_COLOR is set (no-color.org) or TERM is dumb.
func colour(w io.Writer) bool {
	_, is := terminal(w)
	return is && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
