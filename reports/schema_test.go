package reports

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/provisions"
)

var update = flag.Bool("update", false, "write golden files anew")

// comments are those of the harness's and the device file's types, by "Type.Field".
func comments(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, dir := range []string{"../harness", "../harness/device"} {
		files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
		for _, f := range files {
			tree, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				ts, ok := n.(*ast.TypeSpec)
				if !ok {
					return true
				}
				st, ok := ts.Type.(*ast.StructType)
				if !ok {
					return true
				}
				for _, field := range st.Fields.List {
					for _, name := range field.Names {
						out[ts.Name.Name+"."+name.Name] = strings.Join(strings.Fields(field.Comment.Text()), " ")
					}
				}
				return true
			})
		}
	}
	return out
}

// describe makes the schema of a type.
func describe(t reflect.Type, doc map[string]string) map[string]any {
	switch t {
	case reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case reflect.TypeFor[provisions.Level]():
		return map[string]any{"enum": []string{"passive", "gentle", "intrusive", "disruptive", "link-wide"}}
	case reflect.TypeFor[harness.Verdict]():
		return map[string]any{"enum": []string{"", "PASS", "FAIL", "INCONCLUSIVE", "DONE", "NOT DONE"}}
	case reflect.TypeFor[provisions.Edition]():
		return map[string]any{"enum": []string{"V2.1", "V3.1"}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return describe(t.Elem(), doc)
	case reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": describe(t.Elem(), doc)}
	case reflect.Map:
		return map[string]any{"type": []string{"object", "null"}, "additionalProperties": describe(t.Elem(), doc)}
	case reflect.Int:
		return map[string]any{"type": "integer"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": "string"}
	}
	properties, required := map[string]any{}, []string{}
	fieldsOf(t, doc, properties, &required)
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func fieldsOf(t reflect.Type, doc map[string]string, properties map[string]any, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			fieldsOf(f.Type, doc, properties, required)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		s := describe(f.Type, doc)
		if d := doc[t.Name()+"."+f.Name]; d != "" {
			s["description"] = d
		}
		properties[name] = s
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}

func TestSchemaIsTheMatrix(t *testing.T) {
	s := describe(reflect.TypeFor[harness.Matrix](), comments(t))
	s["$schema"], s["$id"] = "https://json-schema.org/draft/2020-12/schema", "matrix.schema.json"
	s["title"] = "matrix.json: what a run found of one device"
	s["$comment"] = "Generated from harness.Matrix by go test ./reports -update; do not edit."
	want, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile("matrix.schema.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(Schema, want) {
		t.Error("matrix.schema.json is stale: go test ./reports -update")
	}
}
