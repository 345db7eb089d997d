// Package apart runs a reader of hostile bytes in a process of its own.
//
// Its one idea is that a library which trusts what it reads may loop for ever or ask for all memory, and that only a process
// can be ended: this program once more, told by its environment. The bytes go in by its standard input, what was read comes
// out of its standard output: by Reader as one value, by Process as it is found.
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

// Bounds of a child of Reader.
const (
	patience = 20 * time.Second // of real time
	maxIn    = 64 << 20         // bytes
	maxOut   = 16 << 20         // bytes
	memory   = 2 << 30          // bytes of addresses
)

// ErrEnded is that a child was ended, or ended itself, before it had read: the bytes are damaged, or made to do harm.
var ErrEnded = errors.New("its reader did not come to an end within its bounds of time and memory")

// Process is a function that has work done in a process of its own, with so many bytes of addresses: in is what the work reads, and
// take reads what it writes. When take returns, or ctx ends, the process is ended. Kinds are unique.
func Process(kind string, memory uint64, work func(in io.Reader, out io.Writer) error) func(ctx context.Context, in io.Reader, take func(io.Reader) error) error {
	if os.Getenv(name) == kind && len(os.Args) == 1 && os.Args[0] == name {
		limit(memory)
		if work(os.Stdin, os.Stdout) != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	return func(ctx context.Context, in io.Reader, take func(io.Reader) error) error {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("start a reader of %s: %w", kind, err)
		}
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		c := exec.CommandContext(ctx, self)
		c.Args, c.Env, c.Stdin, c.WaitDelay = []string{name}, []string{name + "=" + kind}, in, time.Second
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			return fmt.Errorf("start a reader of %s: %w", kind, err)
		}
		err = take(out)
		stop()
		_ = c.Wait() // what it wrote tells whether it came to its end
		return err
	}
}

type answer[A any] struct {
	Read A
	Why  string // it was not to be read
}

// Reader is a function that does in a process of its own what another does.
func Reader[A any](kind string, read func([]byte) (A, error)) func(context.Context, []byte) (A, error) {
	process := Process(kind, memory, func(in io.Reader, out io.Writer) error { return child(read, in, out) })
	return func(ctx context.Context, b []byte) (A, error) {
		ctx, stop := context.WithTimeout(ctx, patience)
		defer stop()
		var got answer[A]
		err := process(ctx, bytes.NewReader(b), func(out io.Reader) error {
			text, err := io.ReadAll(io.LimitReader(out, maxOut+1))
			if err != nil || len(text) > maxOut || json.Unmarshal(text, &got) != nil {
				got = answer[A]{}
				return ErrEnded
			}
			return nil
		})
		if err == nil && got.Why != "" {
			err = errors.New(got.Why)
		}
		return got.Read, err
	}
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
