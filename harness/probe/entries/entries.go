// Package entries looks for ways into a web server that no link leads to: pages on which something is entered, and addresses at
// which programs get data.
//
// Its one idea is the control beside each place: an address counts only where an invented neighbour in the same folder is nothing of
// the kind, and where it is so again when both are asked a second time. It reads, and nobody is logged in.
//
//	f, err := entries.Web{Port: 8443, TLS: true}.Ask(ctx, on)
//	// f.Entries[0]: {Path: "/api/v0/diag", Status: 200, Kind: "data", Linked: false}
package entries

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/probe/http"
	"github.com/secure-by-design/assay/provisions"
)

// Web looks at one web server.
type Web struct {
	Port uint16
	TLS  bool
}

// Lasting: what is offered to anybody outlives wrong passwords and ordinary use.
func (Web) Lasting() {}

// Level is intrusive, as the method has it: many addresses are tried that no link names.
func (Web) Level() provisions.Level { return provisions.Intrusive }
func (q Web) String() string {
	return fmt.Sprintf("which ways in TCP %d has that no link leads to", q.Port)
}

// Found are the ways in.
type Found struct {
	Open    bool
	Asked   int // addresses
	Failed  int // of them gave no answer
	Entries []Entry
	Why     string // why it ended early
}

// Kinds of entries.
const (
	Page    = "page"    // a person enters something, other than a log-in
	Data    = "data"    // a program gets data
	Guarded = "guarded" // something is there, for who is logged in, or by another method
)

// An Entry is one address.
type Entry struct {
	Path   string
	Status int
	Kind   string
	Linked bool     // a page or script that is reached from the root names it
	Title  string   // of a page
	Inputs []string // names of what is entered on a page
	Begins string   // of the data, at most 80 bytes
}

// Bounds.
const (
	maxFollowed = 40  // pages and scripts that are read for links
	maxNamed    = 120 // addresses that they name, asked for
	maxFailed   = 5   // addresses in a row without an answer
	maxEntries  = 60
)

//go:embed paths.txt
var list string

// common are the addresses of the list.
func common() (out []string) {
	for l := range strings.Lines(list) {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") && !http.Acts(l) {
			out = append(out, l)
		}
	}
	return out
}

// look is one visit.
type look struct {
	Web
	Found
	on       *dial.Device
	controls map[string]Entry // by invented neighbour
	linked   map[string]bool
	seen     map[string]bool
	failures int
}

// Ask looks. A port that is closed is an answer.
func (q Web) Ask(ctx context.Context, on *dial.Device) (Found, error) {
	l := &look{Web: q, on: on, controls: map[string]Entry{}, linked: map[string]bool{}, seen: map[string]bool{}}
	ctx, end := http.Line(ctx, on, q.Port)
	defer end()
	root, err := l.get(ctx, "/")
	if errors.Is(err, http.ErrClosed) {
		return Found{}, nil
	}
	if err != nil {
		return l.Found, err
	}
	l.Open = true
	named := l.follow(ctx, root)
	for _, p := range append(named, common()...) {
		if ctx.Err() != nil {
			return l.Found, context.Cause(ctx)
		}
		if len(l.Entries) >= maxEntries || l.failures >= maxFailed {
			l.Why = fmt.Sprintf("it gave no answer %d times in a row, or has more than %d ways in", l.failures, len(l.Entries))
			break
		}
		l.visit(ctx, p)
	}
	return l.Found, ctx.Err()
}

// get asks for an address, and counts.
func (l *look) get(ctx context.Context, p string) (http.Response, error) {
	l.Asked++
	r, err := http.Do(ctx, l.on, http.Request{Port: l.Port, TLS: l.TLS, Path: p})
	if err != nil {
		l.Failed++
		l.failures++
		return r, err
	}
	l.failures = 0
	return r, nil
}

// visit asks for an address, and where its answer is not that of an invented neighbour, once more for both.
func (l *look) visit(ctx context.Context, p string) {
	if l.seen[p] {
		return
	}
	l.seen[p] = true
	e, ok := l.differs(ctx, p)
	if !ok {
		return
	}
	delete(l.controls, neighbour(p))
	if again, ok := l.differs(ctx, p); ok && again.Kind == e.Kind {
		e.Linked = l.linked[p]
		l.Entries = append(l.Entries, e)
	}
}

// differs tells what an address is, where its invented neighbour is not the like.
func (l *look) differs(ctx context.Context, p string) (Entry, bool) {
	r, err := l.get(ctx, p)
	if err != nil {
		return Entry{}, false
	}
	e, ok := read(p, r)
	if !ok {
		return e, false
	}
	beside, ok := l.control(ctx, p)
	return e, ok && beside.Kind != e.Kind
}

// neighbour is an address in the same folder, with the same ending, that nobody can have made.
func neighbour(p string) string {
	dir, file := path.Split(p)
	if file == "" {
		dir, _ = path.Split(strings.TrimSuffix(p, "/"))
		return dir + "assay-6e1b0c/"
	}
	return dir + "assay-6e1b0c" + path.Ext(file)
}

// control is what the neighbour of an address is. It is false where it gave no answer.
func (l *look) control(ctx context.Context, p string) (Entry, bool) {
	n := neighbour(p)
	if e, asked := l.controls[n]; asked {
		return e, true
	}
	r, err := l.get(ctx, n)
	if err != nil || r.Status == 429 || r.Status >= 500 {
		return Entry{}, false
	}
	e, _ := read(n, r)
	l.controls[n] = e
	return e, true
}
