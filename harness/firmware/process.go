package firmware

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/secure-by-design/assay/harness/apart"
)

// File systems are read by a library that trusts what it reads, so that it works in a process of its own (package apart). A bound
// and the image go in; files come out, each as a name and a content, and an end that says how it went.

// A reader reads an image, gives the files in it to emit, and says how many bytes were the image's.
type reader = func(r reading, data []byte, emit func(name string, content []byte) error) (used int, err error)

const addresses = 6 << 30 // bytes that a reader may have

// Kinds of what a child writes: a file, or the end.
const (
	aFile = 'f'
	anEnd = 'e'
)

// child reads the bound of an entry and an image, and writes files and the end.
func child(read reader, in io.Reader, to io.Writer) error {
	data, err := io.ReadAll(in)
	if err != nil || len(data) < 8 {
		return errLoss
	}
	out := bufio.NewWriter(to)
	r := reading{ctx: context.Background(), most: int64(binary.BigEndian.Uint64(data))}
	used, err := recovered(func() (int, error) {
		return read(r, data[8:], func(name string, content []byte) error { return frame(out, aFile, []byte(name), content) })
	})
	why := ""
	if err != nil {
		why = fmt.Sprintf("%.300s", err)
	}
	if err := frame(out, anEnd, []byte(why), binary.BigEndian.AppendUint64(nil, uint64(used))); err != nil {
		return err
	}
	return out.Flush()
}

// recovered makes a panic of a reader an error.
func recovered(read func() (int, error)) (used int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w (%.80s)", errLoss, fmt.Sprint(p))
		}
	}()
	return read()
}

func frame(to io.Writer, kind byte, name, content []byte) error {
	h := binary.BigEndian.AppendUint64([]byte{kind}, uint64(len(name)))
	h = binary.BigEndian.AppendUint64(h, uint64(len(content)))
	for _, b := range [][]byte{h, name, content} {
		if _, err := to.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// unframe reads one, of bounded size.
func unframe(from io.Reader, most int64) (kind byte, name, content []byte, err error) {
	h := make([]byte, 17)
	if _, err := io.ReadFull(from, h); err != nil {
		return 0, nil, nil, err
	}
	n, c := binary.BigEndian.Uint64(h[1:]), binary.BigEndian.Uint64(h[9:])
	if n > 64<<10 || c > uint64(max(most, 0))+64 {
		return 0, nil, nil, errBound
	}
	name, content = make([]byte, n), make([]byte, c)
	if _, err = io.ReadFull(from, name); err == nil {
		_, err = io.ReadFull(from, content)
	}
	return h[0], name, content, err
}

var squash = inProcess("squashfs", readSquash)

// inProcess is a reader of a format that works in a process of its own, which ends with the search at the latest.
func inProcess(format string, read reader) reader {
	process := apart.Process(format, addresses, func(in io.Reader, out io.Writer) error { return child(read, in, out) })
	return func(r reading, data []byte, emit func(string, []byte) error) (used int, err error) {
		in := io.MultiReader(bytes.NewReader(binary.BigEndian.AppendUint64(nil, uint64(r.most))), bytes.NewReader(data))
		err = process(r.ctx, in, func(from io.Reader) error {
			used, err = take(bufio.NewReader(from), r, emit)
			return err
		})
		if err != nil && r.ctx.Err() != nil {
			err = errBound
		}
		return used, err
	}
}

// take reads what a child writes.
func take(from io.Reader, r reading, emit func(string, []byte) error) (int, error) {
	for {
		kind, name, content, err := unframe(from, r.most)
		switch {
		case err != nil && !errors.Is(err, errBound):
			return 0, fmt.Errorf("%w: its reader did not come to an end", errLoss)
		case err != nil:
			return 0, err
		case kind == anEnd && len(content) == 8:
			used := int(binary.BigEndian.Uint64(content))
			if why := string(name); why != "" {
				return used, errors.New(strings.ToValidUTF8(why, "?"))
			}
			return used, nil
		case kind != aFile:
			return 0, errLoss
		}
		if err := emit(string(name), content); err != nil {
			return 0, err
		}
	}
}
