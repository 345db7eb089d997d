package answers

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// MaxSize bounds a lab file, a sheet and a file of external documents, in bytes.
const MaxSize = 4 << 20

// A Problem is one thing that is wrong in a file.
type Problem struct {
	File         string
	Line, Column int // from 1; 0: the file as a whole
	What         string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.What
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.What)
}

// Problems are all that is wrong in a file, in its order.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].String()
	}
	return strings.Join(lines, "\n")
}

// A document is a YAML file that is read strictly, entry by entry, so that all errors are found at once.
type document struct {
	file     string
	problems Problems
}

// An item is an entry of a list in a document, and where its fields stand.
type item[T any] struct {
	value T
	at    map[string]*token.Position // by key; "" the item itself
}

func slurp(path, what string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the %s: %w", what, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read the %s: %w", what, err)
	}
	if len(b) > MaxSize {
		return nil, fmt.Errorf("read the %s: %s is larger than %d bytes", what, path, MaxSize)
	}
	return b, nil
}

func (d *document) note(at *token.Position, format string, a ...any) {
	p := Problem{File: d.file, What: fmt.Sprintf(format, a...)}
	if at != nil {
		p.Line, p.Column = at.Line, at.Column
	}
	d.problems = append(d.problems, p)
}

// err is all problems in the file's order, or nil.
func (d *document) err() error {
	if len(d.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(d.problems, func(a, b Problem) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	return d.problems
}

// root is the mapping at the top, by key. Keys that are not known are problems.
func (d *document) root(b []byte, known ...string) map[string]ast.Node {
	tree, err := parse(b)
	var syntax yaml.Error
	switch {
	case errors.As(err, &syntax):
		d.note(syntax.GetToken().Position, "not YAML: %s", syntax.GetMessage())
		return nil
	case err != nil:
		d.note(nil, "not YAML: %v", err)
		return nil
	case len(tree.Docs) != 1 || tree.Docs[0].Body == nil:
		d.note(nil, "holds %d documents: write one", len(tree.Docs))
		return nil
	}
	out := map[string]ast.Node{}
	for _, kv := range pairs(tree.Docs[0].Body) {
		key, at := kv.Key.GetToken().Value, kv.Key.GetToken().Position
		switch {
		case !slices.Contains(known, key):
			d.note(at, "unknown key %q: it is one of %s", key, strings.Join(known, ", "))
		case out[key] != nil:
			d.note(at, "%s stands twice", key)
		default:
			out[key] = kv.Value
		}
	}
	if len(out) == 0 && len(d.problems) == 0 {
		d.note(nil, "holds none of %s", strings.Join(known, ", "))
	}
	return out
}

// parse guards against a parser that breaks.
func parse(b []byte) (f *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser broke: %v", p)
		}
	}()
	return parser.ParseBytes(b, 0)
}

func pairs(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

// list decodes each entry of a list strictly; one that does not fit is a problem, and the others are read.
func list[T any](d *document, name string, n ast.Node) (out []item[T]) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		if n != nil {
			d.note(n.GetToken().Position, "%s is no list", name)
		}
		return nil
	}
	for _, v := range seq.Values {
		it := item[T]{at: map[string]*token.Position{"": v.GetToken().Position}}
		for _, kv := range pairs(v) {
			it.at[kv.Key.GetToken().Value] = kv.Value.GetToken().Position
			if it.at[""].Line > kv.Key.GetToken().Position.Line || it.at[""].Column > kv.Key.GetToken().Position.Column {
				it.at[""] = kv.Key.GetToken().Position
			}
		}
		if err := decode(v, &it.value); err != nil {
			var e yaml.Error
			if errors.As(err, &e) && e.GetToken() != nil {
				d.note(e.GetToken().Position, "%s", e.GetMessage())
			} else {
				d.note(it.at[""], "%v", err)
			}
			continue
		}
		out = append(out, it)
	}
	return out
}

func decode(n ast.Node, into any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser broke: %v", p)
		}
	}()
	return yaml.NodeToValue(n, into, yaml.Strict())
}

// place is where a field stands, or else its entry.
func (it item[T]) place(key string) *token.Position {
	if at := it.at[key]; at != nil {
		return at
	}
	return it.at[""]
}
