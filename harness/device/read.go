package device

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A reader decodes YAML nodes into the types of this package, notes where each value stands, and goes on after an
// error so that all are found.
type reader struct {
	file     string
	problems Errors
	places   map[string]place  // by path, as "ixit/1-AuthMech/0/ID", with the names of V2.1
	written  map[string]string // of things with a name of each edition: the one that stands in the file, by path
	broken   map[string]bool   // paths with a problem of form: what is missing there may be what was misspelt
}

type place struct{ line, column int }

// read decodes; what is wrong stands in the reader's problems.
func read(path string, b []byte) (*File, *reader) {
	f := &File{Path: path, Source: b}
	r := &reader{file: path, places: map[string]place{}, written: map[string]string{}, broken: map[string]bool{}}
	tree, err := parse(b)
	var syntax yaml.Error
	switch {
	case errors.As(err, &syntax):
		r.note(placeOf(syntax.GetToken()), "not YAML: "+syntax.GetMessage(), "")
	case err != nil:
		r.note(place{}, "not YAML: "+err.Error(), "")
	case len(tree.Docs) != 1 || empty(tree.Docs[0].Body):
		r.note(place{}, fmt.Sprintf("holds %d documents", filled(tree)), "write one, which begins with device:")
	default:
		r.value(tree.Docs[0].Body, reflect.ValueOf(f).Elem(), "")
		f.places = r.places
		return f, r
	}
	return nil, r
}

// parse guards against a parser that breaks: that is the file's trouble, not the run's.
func parse(b []byte) (f *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser broke: %v", p)
		}
	}()
	return parser.ParseBytes(b, 0, parser.AllowDuplicateMapKey())
}

func empty(n ast.Node) bool {
	return n == nil || n.Type() == ast.NullType || n.Type() == ast.CommentType
}

func filled(f *ast.File) (n int) {
	for _, d := range f.Docs {
		if !empty(d.Body) {
			n++
		}
	}
	return n
}

func placeOf(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{}
	}
	return place{t.Position.Line, t.Position.Column}
}

// maxProblems are said at once; who has more has another kind of file.
const maxProblems = 200

func (r *reader) full() bool { return len(r.problems) >= maxProblems }

func (r *reader) note(at place, what, instead string) {
	if r.full() {
		return
	}
	r.problems = append(r.problems, Problem{r.file, at.line, at.column, what, instead})
}

// wrong notes a problem of form.
func (r *reader) wrong(path string, at place, what, instead string) {
	r.broken[path] = true
	r.note(at, what, instead)
}

// whole tells that path and all below it was well-formed.
func (r *reader) whole(path string) bool {
	for b := range r.broken {
		if b == path || strings.HasPrefix(b, path+"/") {
			return false
		}
	}
	return true
}

// say notes a problem of the value at path, or of the nearest thing around it that is there.
func (r *reader) say(path, what, instead string) {
	r.note(nearestPlace(r.places, path), what, instead)
}

func nearestPlace(places map[string]place, path string) place {
	for {
		if at, ok := places[path]; ok || path == "" {
			return at
		}
		path = path[:max(strings.LastIndex(path, "/"), 0)]
	}
}

func (r *reader) result(f *File) (*File, error) {
	if len(r.problems) == 0 {
		return f, nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int {
		return cmp.Or(a.Line-b.Line, a.Column-b.Column, strings.Compare(a.What, b.What))
	})
	return nil, r.problems
}

// value decodes one node into v.
func (r *reader) value(n ast.Node, v reflect.Value, path string) {
	at := placeOf(n.GetToken())
	if _, known := r.places[path]; !known {
		r.places[path] = at
	}
	if n.Type() == ast.NullType {
		r.wrong(path, at, name(path)+" has no value", whenEmpty(v.Type()))
		return
	}
	switch t := v.Type(); t.Kind() {
	case reflect.Pointer:
		p := reflect.New(t.Elem())
		r.value(n, p.Elem(), path)
		v.Set(p)
	case reflect.Struct:
		r.object(n, v, path)
	case reflect.Map:
		r.mapping(n, v, path)
	case reflect.Slice:
		r.list(n, v, path)
	default:
		r.scalar(n, v, path)
	}
}

// whenEmpty tells what to write where nothing stands.
func whenEmpty(t reflect.Type) string {
	if t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Slice {
		return "write none if there is none, or leave the line out if it is not declared"
	}
	return "write one, or leave the line out"
}

// name is how a path is called to its writer: by its last word, and by the entry it belongs to.
func name(path string) string {
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	if _, err := strconv.Atoi(last); err == nil && len(parts) > 1 {
		return "an entry of " + parts[len(parts)-2]
	}
	return cmp.Or(strings.ReplaceAll(last, `\`, "/"), "the file")
}

// object decodes a struct: unknown and doubled keys are problems. A Claim may be its support alone.
func (r *reader) object(n ast.Node, v reflect.Value, path string) {
	if claim, ok := v.Addr().Interface().(*Claim); ok && n.Type() != ast.MappingType && n.Type() != ast.MappingValueType {
		r.scalar(n, reflect.ValueOf(&claim.Support).Elem(), path)
		return
	}
	fields := map[string]int{}
	var known []string
	for i := range v.NumField() {
		key, newer := names(v.Type().Field(i))
		for _, k := range []string{key, newer} {
			if k != "" && k != "-" {
				fields[k] = i
				known = append(known, k)
			}
		}
	}
	r.pairs(n, path, func(key string, at place, value ast.Node) {
		i, ok := fields[key]
		if !ok {
			r.wrong(path, at, fmt.Sprintf("%s knows no %q", name(path), clip(key)), nearest(key, known))
			return
		}
		if first, newer := names(v.Type().Field(i)); newer != "" {
			p := below(path, first)
			if before, twice := r.written[p]; twice {
				r.wrong(path, at, fmt.Sprintf("%q stands here as %q too", key, before), "they are one thing under its names in two editions: keep one")
				return
			}
			r.written[p], r.places[p], key = key, at, first
		}
		r.value(value, v.Field(i), below(path, key))
	})
}

func (r *reader) mapping(n ast.Node, v reflect.Value, path string) {
	v.Set(reflect.MakeMap(v.Type()))
	r.pairs(n, path, func(key string, _ place, value ast.Node) {
		e := reflect.New(v.Type().Elem()).Elem()
		r.value(value, e, below(path, key))
		v.SetMapIndex(reflect.ValueOf(key), e)
	})
}

// pairs goes through the keys of a mapping.
func (r *reader) pairs(n ast.Node, path string, each func(key string, at place, value ast.Node)) {
	m, ok := n.(ast.MapNode)
	if !ok {
		r.wrong(path, placeOf(n.GetToken()), fmt.Sprintf("%s is %s", name(path), kind(n)), insteadOf(n, "write keys below it, each as key: value"))
		return
	}
	seen := map[string]place{}
	for i := m.MapRange(); i.Next(); {
		at := placeOf(i.Key().GetToken())
		key, ok := text(i.Key())
		if !ok {
			r.wrong(path, at, "a key that is "+kind(i.Key()), "write a plain word")
			continue
		}
		if before, twice := seen[key]; twice {
			r.wrong(path, at, fmt.Sprintf("%q stands here a second time", key), fmt.Sprintf("the first is in line %d: keep one", before.line))
			continue
		}
		seen[key] = at
		r.places[below(path, key)] = at
		each(key, at, i.Value())
	}
}

// list decodes a sequence. The word none is an empty one.
func (r *reader) list(n ast.Node, v reflect.Value, path string) {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	if s, ok := text(n); ok && s == "none" && v.Type().Elem().Kind() == reflect.Struct {
		return
	}
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		r.wrong(path, placeOf(n.GetToken()), fmt.Sprintf("%s is %s", name(path), kind(n)), insteadOf(n, "write a list: [one, two], or a line with - for each"))
		return
	}
	for i, item := range seq.Values {
		e := reflect.New(v.Type().Elem()).Elem()
		r.value(item, e, below(path, strconv.Itoa(i)))
		v.Set(reflect.Append(v, e))
	}
}

// scalar decodes texts, numbers and yes or no.
func (r *reader) scalar(n ast.Node, v reflect.Value, path string) {
	at := placeOf(n.GetToken())
	s, ok := text(n)
	if !ok {
		r.wrong(path, at, fmt.Sprintf("%s is %s", name(path), kind(n)), insteadOf(n, "write a single value, in quotes if it holds a colon"))
		return
	}
	switch v.Kind() {
	case reflect.String:
		if v.Type() == reflect.TypeFor[Answer]() {
			r.answer(s, v, path, at)
			return
		}
		v.SetString(s)
	case reflect.Bool:
		var a Answer
		r.answer(s, reflect.ValueOf(&a).Elem(), path, at)
		v.SetBool(a.Yes())
	case reflect.Int:
		i, err := strconv.ParseInt(s, 0, 32)
		if err != nil {
			r.wrong(path, at, fmt.Sprintf("%s is %q", name(path), clip(s)), "write a whole number")
		}
		v.SetInt(i)
	case reflect.Uint16:
		u, err := strconv.ParseUint(s, 10, 16)
		if err != nil || u == 0 {
			r.wrong(path, at, fmt.Sprintf("%s is %q", name(path), clip(s)), "write a number from 1 to 65535")
		}
		v.SetUint(u)
	case reflect.Float64:
		x, err := strconv.ParseFloat(s, 64)
		if err != nil || !(x >= 0 && x <= maxNumber) {
			r.wrong(path, at, fmt.Sprintf("%s is %q", name(path), clip(s)), numberFor(path))
			x = 0
		}
		v.SetFloat(x)
	default:
		panic("no way to read " + v.Type().String())
	}
}

// answer decodes yes and no.
func (r *reader) answer(s string, v reflect.Value, path string, at place) {
	switch strings.ToLower(s) {
	case "yes", "true":
		v.SetString(string(Yes))
	case "no", "false":
		v.SetString(string(No))
	default:
		r.wrong(path, at, fmt.Sprintf("%s is %q", name(path), clip(s)), "write yes or no")
	}
}

// maxNumber bounds times and rates: a month of seconds.
const maxNumber = 31 * 24 * 3600

func numberFor(path string) string {
	if strings.HasSuffix(path, "_s") {
		return "write seconds: 90 or 1.5, up to a month"
	}
	return "write a number from 0"
}

// text is a scalar as it was written: 1.10 stays 1.10.
func text(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		if n.Value == nil {
			return "", true
		}
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// kind names a node that is something else than it should be.
func kind(n ast.Node) string {
	switch n.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "a mapping"
	case ast.SequenceType:
		return "a list"
	case ast.AnchorType, ast.AliasType, ast.MergeKeyType:
		return "an anchor or alias, which are not read here"
	case ast.TagType:
		return "a tag, which is not read here"
	case ast.NullType:
		return "nothing"
	}
	if _, ok := text(n); ok {
		return "a single value"
	}
	return "a " + n.Type().String()
}

// insteadOf a node of the wrong kind. What another part of the file says is written out here.
func insteadOf(n ast.Node, otherwise string) string {
	switch n.Type() {
	case ast.AnchorType, ast.AliasType, ast.MergeKeyType, ast.TagType:
		return "write the value itself"
	}
	return otherwise
}

func below(path, key string) string {
	key = strings.ReplaceAll(key, "/", `\`) // a key's own slash is no step down
	if path == "" {
		return key
	}
	return path + "/" + key
}

// clip bounds what an error quotes, in characters.
func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}
