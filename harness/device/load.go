package device

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// MaxSize of a device file, in bytes.
const MaxSize = 256 << 10

// A Problem is one thing that is wrong in a device file.
type Problem struct {
	File         string
	Line, Column int // from 1; 0: the file as a whole
	What         string
	Instead      string // what to write; "" where What says it all
}

func (p Problem) String() string {
	s := fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.What)
	if p.Line == 0 {
		s = p.File + ": " + p.What
	}
	if p.Instead != "" {
		s += "\n  " + p.Instead
	}
	return s
}

// Errors are all problems of a device file, in its order.
type Errors []Problem

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Load reads a device file strictly. What is wrong in it comes back as Errors, all at once.
func Load(path string) (*File, error) {
	b, err := slurp(path)
	if err != nil {
		return nil, err
	}
	f, r := read(path, b)
	check(f, r, true)
	return r.result(f)
}

// Parse reads a device file from its bytes, as Load does, but for what it refers to: images and secrets need not be at hand.
func Parse(path string, b []byte) (*File, error) {
	f, r := read(path, b)
	check(f, r, false)
	return r.result(f)
}

// parseOnly takes the meaning of its words as checked before.
func parseOnly(path string, b []byte) (*File, error) {
	f, r := read(path, b)
	return r.result(f)
}

func slurp(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		why := err
		if p := (*os.PathError)(nil); errors.As(err, &p) {
			why = p.Err
		}
		return nil, fmt.Errorf("read device file %s: %w", path, why)
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read device file %s: %w", path, err)
	}
	if len(b) > MaxSize {
		return nil, fmt.Errorf("read device file %s: it is larger than %d bytes\n  keep images and reports in files of their own, and name those here", path, MaxSize)
	}
	return b, nil
}

// Digest is the SHA-256 of the file's bytes, in hex.
func (f *File) Digest() string {
	sum := sha256.Sum256(f.Source)
	return hex.EncodeToString(sum[:])
}

// Resolve is where a path that the file names lies: relative ones start at the file's folder.
func (f *File) Resolve(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(f.Path), path)
}
