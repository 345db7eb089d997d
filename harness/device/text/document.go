package text

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/secure-by-design/assay/harness/device"
)

// A Document is the lines of a device file, cut at its sections and tables.
type Document struct {
	head     []string // before the first section
	sections []*part  // device:, ics:, …
	ixit     []*part  // the tables, where ixit: is among the sections
	indent   string   // of the tables
}

// A part is a key with the lines that belong to it, those of comments right above its first line not among them.
type part struct {
	key   string
	lines []string
}

// Open cuts the source of a device file that was loaded. Its sections must begin at the first column, and its tables stand
// each on lines of their own: that is how files are written by hand and by this program.
func Open(f *device.File) (*Document, error) {
	tree, err := parser.ParseBytes(f.Source, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.Path, err)
	}
	source := strings.Split(strings.TrimSuffix(strings.ReplaceAll(string(f.Source), "\r\n", "\n"), "\n"), "\n")
	d := &Document{indent: "  "}
	body := tree.Docs[0].Body
	keys, err := block(body, 1)
	if err != nil {
		return nil, fmt.Errorf("edit %s: %w", f.Path, err)
	}
	d.head, d.sections = cut(source, keys, 0, len(source))
	for _, k := range keys {
		if k.name != "ixit" {
			continue
		}
		section := d.section("ixit")
		tables, err := block(k.value, 0)
		if err != nil {
			return nil, fmt.Errorf("edit %s: ixit: %w", f.Path, err)
		}
		if len(tables) > 0 {
			d.indent = strings.Repeat(" ", tables[0].column-1)
		}
		from := k.line - 1
		var head []string
		head, d.ixit = cut(source, tables, from, from+len(section.lines))
		section.lines = head
	}
	return d, nil
}

// A key and where it stands, from 1.
type key struct {
	name         string
	line, column int
	value        ast.Node
}

// block are the keys of a mapping in block style, each in a line of its own. column is where they must begin; 0: anywhere.
func block(n ast.Node, column int) (out []key, err error) {
	m, ok := n.(ast.MapNode)
	if flow, is := n.(*ast.MappingNode); !ok || is && flow.IsFlowStyle {
		return nil, fmt.Errorf("it is not written as a key a line\n  write each key in a line of its own, and what belongs to it below")
	}
	for i := m.MapRange(); i.Next(); {
		at := i.Key().GetToken().Position
		if column != 0 && at.Column != column {
			return nil, fmt.Errorf("line %d is indented\n  let sections begin at the first column", at.Line)
		}
		out = append(out, key{i.Key().GetToken().Value, at.Line, at.Column, i.Value()})
	}
	return out, nil
}

// cut gives each key the lines from its own to the next key's. Comments and blank lines right before a key stay between.
func cut(source []string, keys []key, from, to int) (head []string, parts []*part) {
	if len(keys) == 0 {
		return source[from:to], nil
	}
	head = source[from : keys[0].line-1]
	for i, k := range keys {
		end := to
		if i+1 < len(keys) {
			end = keys[i+1].line - 1
		}
		lines := slices.Clone(source[k.line-1 : end])
		tail := len(lines)
		for tail > 1 && between(lines[tail-1]) {
			tail--
		}
		parts = append(parts, &part{k.name, lines[:tail:tail]})
		if tail < len(lines) {
			parts = append(parts, &part{"", lines[tail:]})
		}
	}
	return head, parts
}

// between tells whether a line belongs to no key: it is blank, a comment, or ends the document.
func between(line string) bool {
	trimmed := strings.TrimSpace(line)
	return trimmed == "" || trimmed[0] == '#' || line == "..." || line == "---"
}

func (d *Document) section(name string) *part { return find(d.sections, name) }

func find(parts []*part, key string) *part {
	for _, p := range parts {
		if p.key == key {
			return p
		}
	}
	return nil
}

// Lines are those of a section; none where there is no such.
func (d *Document) Lines(section string) []string {
	if p := d.section(section); p != nil {
		return p.lines
	}
	return nil
}

// order of the sections of a device file.
var order = func() (out []string) {
	t := reflect.TypeFor[device.File]()
	for i := range t.NumField() {
		key, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		out = append(out, key)
	}
	return out
}()

// Section replaces a section by lines, which begin with its key; none take it away. A new one is put in its order.
func (d *Document) Section(name string, lines []string) {
	d.sections = put(d.sections, name, lines, slices.Index(order, name), func(key string) int { return slices.Index(order, key) })
}

// Table replaces a table below ixit: by lines, as Rows gives them; none take it away. A new one is put in its order.
func (d *Document) Table(name string, lines []string) {
	if d.section("ixit") == nil && len(lines) > 0 {
		d.Section("ixit", []string{"ixit:"})
	}
	lines = slices.Clone(lines)
	for i := range lines {
		lines[i] = d.indent + strings.TrimPrefix(lines[i], "  ")
	}
	d.ixit = put(d.ixit, name, lines, number(name), number)
	if !slices.ContainsFunc(d.ixit, func(p *part) bool { return p.key != "" }) {
		d.Section("ixit", nil)
		d.ixit = nil
	}
}

// number is the place of a table: 15-PhyIntf stands before 28-LogIntf.
func number(table string) (n int) {
	if table == "" {
		return -1
	}
	digits, _, _ := strings.Cut(table, "-")
	n, _ = strconv.Atoi(digits)
	return n
}

func put(parts []*part, name string, lines []string, at int, rank func(string) int) []*part {
	i := slices.IndexFunc(parts, func(p *part) bool { return p.key == name })
	switch {
	case i >= 0 && len(lines) == 0:
		return slices.Delete(parts, i, i+1)
	case i >= 0:
		parts[i].lines = lines
		return parts
	case len(lines) == 0:
		return parts
	}
	i = 0
	for j, p := range parts {
		if p.key != "" && rank(p.key) < at {
			i = j + 1
		}
	}
	return slices.Insert(parts, i, &part{name, lines})
}

// Bytes is the whole file.
func (d *Document) Bytes() []byte {
	var b bytes.Buffer
	write := func(lines []string) {
		for _, l := range lines {
			b.WriteString(l)
			b.WriteByte('\n')
		}
	}
	write(d.head)
	for _, p := range d.sections {
		write(p.lines)
		if p.key == "ixit" {
			for _, t := range d.ixit {
				write(t.lines)
			}
		}
	}
	return b.Bytes()
}

// LineOf is the line, from 1, in which a table begins in Bytes; 0 where there is no such.
func (d *Document) LineOf(table string) int {
	n := len(d.head) + 1
	for _, p := range d.sections {
		n += len(p.lines)
		if p.key != "ixit" {
			continue
		}
		for _, t := range d.ixit {
			if t.key == table {
				return n
			}
			n += len(t.lines)
		}
	}
	return 0
}

// TableLines are the lines of a table, indented as Rows does it; none where there is no such.
func (d *Document) TableLines(name string) (out []string) {
	if p := find(d.ixit, name); p != nil {
		for _, l := range p.lines {
			if rest, ok := strings.CutPrefix(l, d.indent); ok {
				l = "  " + rest
			}
			out = append(out, l)
		}
	}
	return out
}

// Rename gives a table another name and, as Table does, other lines, in its place.
func (d *Document) Rename(table, name string, lines []string) {
	if p := find(d.ixit, table); p != nil {
		p.key = name
	}
	d.Table(name, lines)
}
