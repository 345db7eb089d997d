// Package apart runs a reader of hostile bytes in a process of its own.
//
// Its one idea is that a library which trusts what it reads may loop for ever or ask for all memory, and that only a process
// can be ended: this program once more, told by its environment. The bytes go in by its standard input, what was read comes
// out as JSON.
//
//	var read = apart.Reader("PDF", func(b []byte) (Text, error) { … }) // at package level: the child is made as packages start
//	text, err := read(ctx, b)
package apart

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

const name = "ASSAY_READ_APART"

// Bounds of a child.
const (
	patience = 20 * time.Second // of real time
	maxIn    = 64 << 20         // bytes
	maxOut   = 16 << 20         // bytes
)

// ErrEnded is that a child was ended, or ended itself, before it had read: the bytes are damaged, or made to do harm.
var ErrEnded = errors.New("its reader did not come to an end within its bounds of time and memory")

type answer[A any] struct {
	Read A
	Why  string // it was not to be read
}

// Reader is a function that does in a process of its own what another does. Names are unique.
func Reader[A any](kind string, read func([]byte) (A, error)) func(context.Context, []byte) (A, error) {
	if os.Getenv(name) == kind && len(os.Args) == 1 && os.Args[0] == name {
		limit()
		if child(read, os.Stdin, os.Stdout) != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	return func(ctx context.Context, b []byte) (a A, err error) { return parent[A](ctx, kind, b) }
}

func child[A any](read func([]byte) (A, error), from io.Reader, to io.Writer) error {
	b, err := io.ReadAll(io.LimitReader(from, maxIn))
	if err != nil {
		return err
	}
	var out answer[A]
	out.Read, err = Recovered(read, b)
	if err != nil {
		out.Why = fmt.Sprintf("%.300s", err)
	}
	return json.NewEncoder(to).Encode(out)
}

// Recovered calls a reader, and makes a panic of it an error.
func Recovered[A any](read func([]byte) (A, error), b []byte) (a A, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it is damaged: %.80s", fmt.Sprint(p))
		}
	}()
	return read(b)
}

func parent[A any](ctx context.Context, kind string, b []byte) (a A, err error) {
	self, err := os.Executable()
	if err != nil {
		return a, fmt.Errorf("start a reader of %s: %w", kind, err)
	}
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	var out bounded
	c := exec.CommandContext(ctx, self)
	c.Args, c.Env, c.Stdin, c.Stdout = []string{name}, []string{name + "=" + kind}, bytes.NewReader(b), &out
	c.WaitDelay = time.Second
	if err := c.Start(); err != nil {
		return a, fmt.Errorf("start a reader of %s: %w", kind, err)
	}
	if c.Wait() != nil {
		return a, ErrEnded
	}
	var got answer[A]
	if err := json.Unmarshal(out.b, &got); err != nil {
		return a, ErrEnded
	}
	if got.Why != "" {
		return got.Read, errors.New(got.Why)
	}
	return got.Read, nil
}

// bounded keeps what a child writes, and refuses what is too much.
type bounded struct{ b []byte }

func (w *bounded) Write(b []byte) (int, error) {
	if len(w.b)+len(b) > maxOut {
		return 0, ErrEnded
	}
	w.b = append(w.b, b...)
	return len(b), nil
}
