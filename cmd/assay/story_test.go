package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the stories run the program as it is, workers included: the test binary is the program when it is called so.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"assay": func() { os.Exit(assay(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Cmds: map[string]func(*testscript.TestScript, bool, []string){"await": written}, Setup: func(e *testscript.Env) error {
		e.Setenv("NO_COLOR", "1")
		examples, err := filepath.Abs("../../examples")
		e.Setenv("EXAMPLES", examples)
		return err
	}})
}

// written waits until a program that the story started has written a file, and ends the story where it does not: await FILE.
func written(story *testscript.TestScript, _ bool, args []string) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); ; <-tick.C {
		if info, err := os.Stat(story.MkAbs(args[0])); err == nil && info.Size() > 0 {
			return
		}
		if time.Now().After(end) {
			story.Fatalf("nobody wrote %s", args[0])
		}
	}
}
