// Package pdf reads the text of a PDF: its lines, with their places and sizes.
//
// Its one idea is that a PDF has no words: it puts letters at places, and what is a word, a line or a heading is told from
// the gaps between them and their size. What could not be read is said, so that nobody takes it for absent.
//
//	d, err := pdf.Read(ctx, b)  // in a process of its own: package apart
//	for _, l := range d.Lines { … l.Text, l.Size … }
package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	lib "github.com/ledongthuc/pdf"

	"github.com/secure-by-design/assay/harness/apart"
)

// Bounds of a document.
const (
	maxPages   = 300
	maxLetters = 1 << 20 // bytes of text
	maxRead    = 1 << 30 // bytes that the library reads of the file, again and again
	maxLinks   = 300
)

// A Document is what a PDF says.
type Document struct {
	Title   string
	Pages   int
	Lines   []Line
	Links   []Link
	Missing []string // what was not read, in words
}

// A Line is letters at one height of a page.
type Line struct {
	Page int // from 1
	X, Y float64
	Size float64 // of its letters, in points
	Bold bool
	Text string
}

// A Link leads to an address of the web.
type Link struct {
	Page      int
	Text, URL string
}

// Read reads a PDF in a process of its own.
func Read(ctx context.Context, b []byte) (Document, error) { return read(ctx, b) }

var read = apart.Reader("PDF", here)

// here reads a PDF in this process.
func here(b []byte) (d Document, err error) {
	r, err := open(b)
	if err != nil {
		return d, err
	}
	d.Title = r.Trailer().Key("Info").Key("Title").Text()
	all := pages(r, &d)
	d.Pages = len(all)
	letters := 0
	for i, p := range all {
		w := &walker{page: i + 1, resources: []lib.Value{p.Resources()}, fonts: map[string]*font{}, room: maxLetters - letters}
		if _, err := apart.Recovered(func([]byte) (int, error) { w.stream(p.V.Key("Contents")); return 0, nil }, nil); err != nil {
			w.miss("a page that is damaged")
		}
		for _, m := range w.missing {
			d.miss(m)
		}
		letters += w.letters
		d.Lines = append(d.Lines, w.lines()...)
		d.links(i+1, p, w.runs)
	}
	if letters == 0 {
		return d, errors.New("it holds no text, as a scan does")
	}
	return d, nil
}

func (d *Document) miss(what string) {
	for _, m := range d.Missing {
		if m == what {
			return
		}
	}
	d.Missing = append(d.Missing, what)
}

// open begins to read. The library knows the versions 1.0 to 1.7, which are read as 2.0 is.
func open(b []byte) (*lib.Reader, error) {
	at := bytes.Index(b[:min(len(b), 1024)], []byte("%PDF-"))
	if at < 0 || len(b)-at < 100 {
		return nil, errors.New("it is no PDF")
	}
	b = bytes.Clone(b[at:])
	if bytes.HasPrefix(b, []byte("%PDF-2.")) {
		copy(b, "%PDF-1.7")
	}
	if i := bytes.LastIndex(b, []byte("%%EOF")); i > 0 {
		b = b[:i+5]
	}
	r, err := lib.NewReaderEncrypted(&bounded{bytes.NewReader(b), maxRead}, int64(len(b)), func() string { return "" })
	switch {
	case errors.Is(err, lib.ErrInvalidPassword):
		return nil, errors.New("it is locked by a password")
	case err != nil:
		return nil, fmt.Errorf("it is damaged: %.100s", err.Error())
	}
	return r, nil
}

// bounded ends a reader that reads in circles.
type bounded struct {
	io.ReaderAt
	left int64
}

func (b *bounded) ReadAt(p []byte, at int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		panic("it is read in circles")
	}
	return b.ReaderAt.ReadAt(p, at)
}

// pages are those of the tree, at most maxPages.
func pages(r *lib.Reader, d *Document) (out []lib.Page) {
	left := 4 * maxPages // nodes: a tree may hold itself
	var walk func(node lib.Value, depth int)
	walk = func(node lib.Value, depth int) {
		if left--; left < 0 || depth > 40 || len(out) == maxPages {
			d.miss("pages beyond the bound")
			return
		}
		kids := node.Key("Kids")
		if kids.Kind() != lib.Array {
			out = append(out, lib.Page{V: node})
			return
		}
		for i := range min(kids.Len(), left) {
			walk(kids.Index(i), depth+1)
		}
	}
	if root := r.Trailer().Key("Root").Key("Pages"); !root.IsNull() {
		walk(root, 0)
	}
	return out
}

// links finds where a page leads, and by which words.
func (d *Document) links(page int, p lib.Page, runs []run) {
	all := p.V.Key("Annots")
	for i := range min(all.Len(), maxLinks) {
		a := all.Index(i)
		url, box := a.Key("A").Key("URI").RawString(), a.Key("Rect")
		if url == "" || len(d.Links) == maxLinks {
			continue
		}
		var words []string
		for _, r := range runs {
			if in(r.x+r.width/2, box, 0) && in(r.y+r.size/4, box, 1) {
				words = append(words, r.text)
			}
		}
		d.Links = append(d.Links, Link{page, strings.Join(words, ""), fmt.Sprintf("%.600s", url)})
	}
}

// in tells whether a place is within a rectangle, along one of its axes.
func in(v float64, box lib.Value, axis int) bool {
	a, b := box.Index(axis).Float64(), box.Index(axis+2).Float64()
	return min(a, b) <= v && v <= max(a, b)
}
