// Package firmware opens an image of a device's software and says what it holds: keys, hashes, tokens, debug services, components.
//
// Its one idea is that nothing is ever unpacked to a disk: each file of an archive or file system is read into bounded memory,
// looked at, and dropped, so that a path in an image is a name and never a place. What could not be opened is listed beside
// what was found, for a search is worth no more than what it saw.
//
//	c, err := firmware.Search(ctx, data, firmware.Bounds{})
//	c.Hits[0] // private key, rootfs.squashfs/etc/ssl/server.pem, offset 0: RSA, 2048 bits
package firmware

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// Bounds hold an image back; zero fields take the defaults.
type Bounds struct {
	Depth int           // archives within archives
	Files int           // in all
	File  int64         // bytes of one file, unpacked
	Bytes int64         // bytes of all, unpacked
	Time  time.Duration // real time in all
}

// Usual are the defaults.
var Usual = Bounds{Depth: 6, Files: 100_000, File: 256 << 20, Bytes: 2 << 30, Time: 2 * time.Minute}

// A Contents is what was seen of an image.
type Contents struct {
	Files  int
	Bytes  int64    // unpacked
	Opened []Opened // archives and file systems
	Shut   []Shut   // what was not opened, or not wholly
	Cut    string   // why the search ended early
	Hits   []Hit
	Parts  []Component
}

// Opened is an archive or file system that was opened.
type Opened struct{ Path, Format string }

// Shut is something that was not opened.
type Shut struct{ Path, Format, Why string }

var (
	errBound = errors.New("a bound was reached")
	errLoss  = errors.New("it ends too early, or is damaged")
)

// A walker goes through an image.
type walker struct {
	most Bounds
	*Contents
	ctx  context.Context
	look func(name string, data, unopened []byte)
}

const (
	mostListed = 1000 // entries of Opened and Shut
	longest    = 300  // bytes of a name
	mostCarved = 200  // parts of a raw image
	carvedTo   = 1    // archives deep: beyond, only what begins with a format is opened
)

// walk calls look with every file of an image, the image itself and what archives hold included: the whole file, and the same
// with zeros for what was opened and so comes as files of its own.
func walk(ctx context.Context, name string, data []byte, b Bounds, look func(name string, data, unopened []byte)) *Contents {
	b = b.or(Usual)
	ctx, stop := context.WithTimeout(ctx, b.Time)
	defer stop()
	w := &walker{most: b, Contents: &Contents{}, ctx: ctx, look: look}
	w.file(name, data, 0)
	return w.Contents
}

func (b Bounds) or(d Bounds) Bounds {
	if b.Depth == 0 {
		b.Depth = d.Depth
	}
	if b.Files == 0 {
		b.Files = d.Files
	}
	if b.File == 0 {
		b.File = d.File
	}
	if b.Bytes == 0 {
		b.Bytes = d.Bytes
	}
	if b.Time == 0 {
		b.Time = d.Time
	}
	return b
}

// file looks at one file, and into it where its format is known.
func (w *walker) file(name string, data []byte, depth int) {
	if w.ended() {
		return
	}
	w.Files++
	rest := data
	defer func() { w.look(name, data, rest) }()
	at := 0
	for n := 0; at < len(data) && n < mostCarved && !w.ended(); n++ {
		f, from, ok := next(data, at)
		if !ok || from > 0 && depth > carvedTo {
			break
		}
		inside := join(name, fmt.Sprintf("%#x-%s", from, f.name))
		if from == 0 {
			inside = name
		}
		if depth >= w.most.Depth {
			w.shut(inside, f.name, fmt.Sprintf("it lies %d archives deep", depth))
			return
		}
		used, opened := w.open(f, inside, data[from:], depth)
		if f.whole && from == 0 && opened {
			used = len(data)
		}
		if opened {
			if &rest[0] == &data[0] {
				rest = bytes.Clone(data)
			}
			clear(rest[from : from+used])
		}
		at = from + max(used, 4)
	}
	if depth == 0 && len(w.Opened) == 0 && len(data) > 4096 {
		why := "no format known here was found in it"
		if entropy(data) > 7.9 {
			why += "; it looks encrypted or compressed"
		}
		w.shut(name, "unknown", why)
	}
}

// open opens what begins data, and returns how many bytes of it were used (0: unknown) and whether all of that was opened.
func (w *walker) open(f format, name string, data []byte, depth int) (used int, wholly bool) {
	before := w.Files
	used, err := w.guarded(f, data, func(entry string, content []byte) error {
		if w.ended() {
			return errBound
		}
		w.Bytes += int64(len(content))
		w.file(join(name, entry), content, depth+1)
		return nil
	})
	switch {
	case err == nil || w.Files > before:
		if len(w.Opened) < mostListed {
			w.Opened = append(w.Opened, Opened{name, f.name})
		}
		if err != nil {
			w.shut(name, f.name, "not wholly opened: "+err.Error())
		}
	case f.sure:
		w.shut(name, f.name, err.Error())
	}
	return min(used, len(data)), err == nil && w.Files > before && w.Cut == ""
}

// guarded opens with the reader of a format: its panics stay its own, and the search goes on without it at its end.
func (w *walker) guarded(f format, data []byte, emit func(string, []byte) error) (used int, err error) {
	type entry struct {
		name string
		data []byte
		back chan error
	}
	type end struct {
		used int
		err  error
	}
	entries, done := make(chan entry), make(chan end, 1)
	r := reading{ctx: w.ctx, most: min(w.most.File, w.most.Bytes-w.Bytes)}
	go func() {
		var e end
		e.used, e.err = recovered(func() (int, error) {
			return f.read(r, data, func(name string, content []byte) error {
				back := make(chan error, 1)
				select {
				case entries <- entry{name, content, back}:
					return <-back
				case <-w.ctx.Done():
					return errBound
				}
			})
		})
		done <- e
	}()
	for {
		select {
		case e := <-entries:
			e.back <- emit(e.name, e.data)
		case e := <-done:
			return e.used, e.err
		case <-w.ctx.Done():
			w.ended()
			return 0, errBound
		}
	}
}

// ended tells whether a bound was reached, and notes which.
func (w *walker) ended() bool {
	if w.Cut != "" {
		return true
	}
	switch {
	case w.ctx.Err() != nil:
		w.Cut = fmt.Sprintf("it took more than %v", w.most.Time)
	case w.Files >= w.most.Files:
		w.Cut = fmt.Sprintf("it holds more than %d files", w.most.Files)
	case w.Bytes >= w.most.Bytes:
		w.Cut = fmt.Sprintf("it unpacks to more than %d bytes", w.most.Bytes)
	}
	return w.Cut != ""
}

func (w *walker) shut(name, format, why string) {
	if len(w.Shut) < mostListed {
		w.Shut = append(w.Shut, Shut{name, format, why})
	}
}

// join puts a name of an archive behind the archive's, without a way up or control characters in it.
func join(of, name string) string {
	name = strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/")
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\ufffd' {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(name, "?"))
	out := of + "/" + name
	if len(out) > longest {
		out = strings.ToValidUTF8(out[:longest/2], "") + "…" + strings.ToValidUTF8(out[len(out)-longest/2:], "")
	}
	return out
}

// A reading bounds one reader.
type reading struct {
	ctx  context.Context
	most int64 // bytes of one entry
}

// all reads one entry whole, or fails at the bound.
func (r reading) all(from io.Reader) ([]byte, error) {
	most := max(0, r.most)
	b, err := io.ReadAll(io.LimitReader(while{r.ctx, from}, most+1))
	if int64(len(b)) > most {
		return b[:most], fmt.Errorf("%w: more than %d bytes", errBound, most)
	}
	return b, err
}

// while reads as long as the search may go on.
type while struct {
	ctx context.Context
	io.Reader
}

func (w while) Read(p []byte) (int, error) {
	if w.ctx.Err() != nil {
		return 0, errBound
	}
	return w.Reader.Read(p)
}

// Files calls look with every file of what may be an archive, itself included. It says why not all was opened: of what has a known
// format, and of what looks encrypted, in which nothing can be found.
func Files(ctx context.Context, name string, data []byte, b Bounds, look func(name string, data []byte)) (cut string) {
	shut := ""
	c := walk(ctx, name, data, b, func(name string, data, rest []byte) {
		if shut == "" && sealed(rest) {
			shut = name + " looks encrypted, or packed in no way that is known here"
		}
		look(name, data)
	})
	for _, s := range c.Shut {
		if s.Format != "unknown" && c.Cut == "" {
			return fmt.Sprintf("%s (%s): %s", s.Path, s.Format, s.Why)
		}
	}
	return cmp.Or(c.Cut, shut)
}

// sealed tells what no text, program or picture is: bytes as even as chance has them, plain or as base64.
func sealed(data []byte) bool {
	if text, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(data))); err == nil {
		data = text
	}
	kind, _, _ := strings.Cut(http.DetectContentType(data), "/")
	even := 7.0 // of 256 bytes of chance it is 7.17 on average, of a thousand 7.8
	if len(data) >= 1024 {
		even = 7.5
	}
	return len(data) >= 256 && !slices.Contains([]string{"image", "audio", "video", "font"}, kind) && entropy(data) > even
}
