package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// The specimen makes the directory that it is told to write to, which holds secrets, and ends with the first interrupt.
func TestSpecimenMakesItsDirectory(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "specimen")
	c := exec.CommandContext(t.Context(), "assay", "specimen", "--dir", dir, "--addr", loopback(240).String(), "--name", "Made")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	await(t, "the device file", func() bool { return exists(filepath.Join(dir, "device.yaml")) })
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v %v", err, info.Mode())
	}
	c.Process.Signal(syscall.SIGINT)
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
}
