package device

import (
	"bytes"
	"cmp"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/secure-by-design/assay/provisions"
)

// A schemaOf makes the schema from the types and their comments.
type schemaOf struct {
	doc  map[string]string // comments by "File.Edition"; of types by "File"
	defs map[string]any
}

// comments of the package's types and fields, as one line each.
func comments(t *testing.T) map[string]string {
	t.Helper()
	doc := map[string]string{}
	files, _ := filepath.Glob("*.go")
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			s := g.Specs[0].(*ast.TypeSpec)
			doc[s.Name.Name] = line(g.Doc)
			if fields, ok := s.Type.(*ast.StructType); ok {
				for _, f := range fields.Fields.List {
					for _, n := range f.Names {
						doc[s.Name.Name+"."+n.Name] = line(f.Comment)
					}
				}
			}
		}
	}
	return doc
}

func line(c *ast.CommentGroup) string {
	text, _, _ := strings.Cut(c.Text(), "\n\n")
	return strings.Join(strings.Fields(text), " ")
}

// of describes a type. Structs stand under $defs once.
func (s *schemaOf) of(t reflect.Type) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem())
	case reflect.Slice:
		items := map[string]any{"type": "array", "items": s.of(t.Elem())}
		if t.Elem().Kind() == reflect.Struct {
			return map[string]any{"oneOf": []any{items, map[string]any{"const": "none"}}}
		}
		return items
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.ref(t, t.Name(), nil)
	case reflect.Bool:
		return answers()
	case reflect.Uint16:
		return map[string]any{"type": "integer", "minimum": 1, "maximum": 65535}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number", "minimum": 0, "maximum": maxNumber}
	}
	switch t {
	case reflect.TypeFor[Answer]():
		return answers()
	case reflect.TypeFor[Ref]():
		return map[string]any{"type": "string", "pattern": "^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$"}
	}
	return map[string]any{"type": []string{"string", "number", "boolean"}} // a text may look like a number: 1.0
}

// answers as they are read: YAML itself reads a plain yes as a text or as true.
func answers() map[string]any { return map[string]any{"enum": []any{true, false, "yes", "no"}} }

// ref puts a struct under $defs and names it there. only: the keys that the standard's fields are kept to, nil for all.
func (s *schemaOf) ref(t reflect.Type, name string, only []string) map[string]any {
	if _, there := s.defs[name]; !there {
		s.defs[name] = nil // a type may hold itself
		properties, required := map[string]any{}, []string{}
		for i := range t.NumField() {
			s.field(t, t.Field(i), only, properties, &required)
		}
		def := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
		if d := s.doc[t.Name()]; d != "" {
			def["description"] = d
		}
		if len(required) > 0 {
			def["required"] = required
		}
		s.defs[name] = def
		if t == reflect.TypeFor[Claim]() {
			s.defs[name] = map[string]any{"oneOf": []any{def, properties["support"]}}
		}
	}
	return map[string]any{"$ref": "#/$defs/" + name}
}

func (s *schemaOf) field(t reflect.Type, f reflect.StructField, only []string, properties map[string]any, required *[]string) {
	key, newer := names(f)
	if key == "-" {
		return
	}
	for _, k := range []string{key, newer} {
		if k == "" || only != nil && !typed(k) && !slices.Contains(only, k) {
			continue
		}
		v := s.value(t, f, k)
		if d := cmp.Or(s.doc[t.Name()+"."+f.Name], s.doc[element(f.Type).Name()]); d != "" {
			v["description"] = d
		}
		properties[k] = v
		if k == "ID" || k == "device" || k == "support" {
			*required = append(*required, k)
		}
	}
}

// element is the type of a value, or of the values of a list.
func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

// value describes the value of one field, under one of its names.
func (s *schemaOf) value(t reflect.Type, f reflect.StructField, key string) map[string]any {
	if t == reflect.TypeFor[IXIT]() {
		return s.table(f.Type.Elem(), key)
	}
	words := knows(f)
	switch {
	case words == nil:
		return s.of(f.Type)
	case f.Type.Kind() == reflect.Slice:
		return map[string]any{"type": "array", "items": choice(words)}
	}
	return choice(words)
}

// choice of words; "on" and "off" may be read as such or as yes and no.
func choice(words []string) map[string]any {
	enum := []any{}
	for _, w := range words {
		enum = append(enum, w)
		if f, err := json.Number(w).Float64(); err == nil {
			enum = append(enum, f)
		}
	}
	return map[string]any{"enum": enum}
}

// table describes an IXIT table with the fields that its editions have.
func (s *schemaOf) table(t reflect.Type, name string) map[string]any {
	var only []string
	title := ""
	for _, e := range provisions.Editions() {
		for _, table := range provisions.Must().Tables(e) {
			if table.Name == name {
				only, title = append(only, table.Fields...), table.Title
			}
		}
	}
	if t.Kind() == reflect.Struct {
		v := s.ref(t, name, only)
		v["title"] = title
		return v
	}
	rows := map[string]any{"type": "array", "items": s.ref(t.Elem(), name, only)}
	return map[string]any{"title": title, "oneOf": []any{rows, map[string]any{"const": "none"}}}
}

// The schema and the types say the same: one is made from the other.
func TestSchemaIsTheTypes(t *testing.T) {
	s := schemaOf{comments(t), map[string]any{}}
	root := s.of(reflect.TypeFor[File]())
	root["$schema"], root["$id"] = "https://json-schema.org/draft/2020-12/schema", SchemaFile
	root["title"] = "Device file of Assay: what the supplier and the laboratory declare of a product"
	root["$comment"] = "Generated from package device by go test ./harness/device -update; do not edit."
	s.conditions()
	root["$defs"] = s.defs
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(root); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("schema.json", want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(Schema, want.Bytes()) {
		t.Error("schema.json is stale: go test ./harness/device -update")
	}
}

// conditions and features by their names, each with what it means.
func (s *schemaOf) conditions() {
	properties := s.defs["File"].(map[string]any)["properties"].(map[string]any)
	for key, features := range map[string]bool{"conditions": false, "features": true} {
		known := map[string]any{}
		for _, e := range provisions.Editions() {
			for _, c := range Conditions(e) {
				if c.Feature() == features {
					known[c.Key()] = map[string]any{"description": c.Text, "enum": []any{true, false, "yes", "no"}}
				}
			}
		}
		properties[key] = map[string]any{"type": "object", "properties": known, "additionalProperties": false, "description": properties[key].(map[string]any)["description"]}
	}
}

// Each field of ours tells its writer what it is; the standard's own are explained by its document.
func TestSchemaDescribes(t *testing.T) {
	type def struct {
		Properties map[string]struct{ Description string }
		OneOf      []struct {
			Properties map[string]struct{ Description string }
		}
	}
	var schema struct {
		Defs map[string]def `json:"$defs"`
	}
	if err := json.Unmarshal(Schema, &schema); err != nil {
		t.Fatal(err)
	}
	n := 0
	for name, d := range schema.Defs {
		if len(d.OneOf) > 0 {
			d.Properties = d.OneOf[0].Properties
		}
		for key, p := range d.Properties {
			n++
			if typed(key) && p.Description == "" {
				t.Errorf("%s: %s has no description", name, key)
			}
		}
	}
	if n < 400 {
		t.Errorf("only %d fields", n)
	}
}

// compiled is the schema, ready.
func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(SchemaFile, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(SchemaFile)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// decoded is a YAML file as a JSON value.
func decoded(t *testing.T, b []byte) any {
	t.Helper()
	j, err := yaml.YAMLToJSON(b)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(j))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// What Load reads fits the schema; of the broken files, those that are broken in form do not.
func TestFilesFitTheSchema(t *testing.T) {
	s := compiled(t)
	files, _ := filepath.Glob("../../examples/*.yaml")
	if len(files) < 2 {
		t.Fatalf("only %d examples", len(files))
	}
	for _, path := range append(files, "testdata/camera.yaml") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(decoded(t, b)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	for _, name := range []string{"enum", "unknown-key", "wrong-kind", "number", "conditions", "secret-in-clear", "editions"} {
		b, err := os.ReadFile("testdata/broken/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(decoded(t, b)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
