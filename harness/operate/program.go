package operate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
)

// Bounds of one program, the time a real one.
const (
	programTime = 2 * time.Minute
	lingering   = 2 * time.Second // that what it started may hold its output
	maxOutput   = 64 << 10        // bytes of each stream
)

// program carries out an exec step: directly, without a shell, in the folder of the device file. Parameters are also in its
// environment as ASSAY_NAME; secrets are only there, since arguments can be read by every user of the host.
func program(ctx context.Context, on *dial.Device, args []string, p parameters) (result, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, programTime, fmt.Errorf("it did not end within %v", programTime))
	defer cancel()
	r := result{}
	argv := make([]string, len(args))
	for i, a := range args {
		for _, m := range device.Placeholder.FindAllStringSubmatch(a, -1) {
			if p[m[1]].secret {
				return r, fmt.Errorf("%s: the secret {%s} may not stand in an argument: let the program take it from its environment: %s", args[0], m[1], variable(m[1]))
			}
		}
		var err error
		if argv[i], err = p.fill(a, plain); err != nil {
			return r, err
		}
	}
	r.what = printable(strings.Join(argv, " "), 256)
	if strings.Contains(argv[0], "/") {
		path, err := filepath.Abs(on.File.Resolve(argv[0]))
		if err != nil {
			return r, fmt.Errorf("%s: %w", r.what, err)
		}
		argv[0] = path
	}
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = filepath.Dir(on.File.Path)
	cmd.Env = append(os.Environ(), p.environment()...)
	stdout, stderr := &bounded{}, &bounded{}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = lingering
	on.Evidence("program", []byte(strings.Join(argv, "\n")))
	err := cmd.Run()
	on.Evidence("output", slices.Concat(stdout.kept, stderr.kept))
	if errors.Is(err, exec.ErrWaitDelay) { // somebody of its group still holds the output
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		err = nil
	}
	if cause := context.Cause(ctx); cause != nil {
		return r, fmt.Errorf("%s: %w", r.what, cause)
	}
	r.body = stdout.kept
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		r.exit, r.why = failed.ExitCode(), "it ended with "+failed.ProcessState.String()
		r.body = slices.Concat(stdout.kept, stderr.kept)
		return r, nil
	}
	if err != nil {
		return r, fmt.Errorf("start %s: %w", r.what, err)
	}
	return r, nil
}

// environment is every parameter as ASSAY_NAME=value. What holds a NUL byte cannot be passed.
func (p parameters) environment() (env []string) {
	for name, v := range p {
		if !strings.Contains(v.text, "\x00") {
			env = append(env, variable(name)+"="+v.text)
		}
	}
	return env
}

func variable(name string) string { return "ASSAY_" + strings.ToUpper(name) }

// bounded keeps the first maxOutput bytes and takes the rest, so that the writer does not stop.
type bounded struct{ kept []byte }

func (b *bounded) Write(p []byte) (int, error) {
	b.kept = append(b.kept, p[:min(len(p), maxOutput-len(b.kept))]...)
	return len(p), nil
}
