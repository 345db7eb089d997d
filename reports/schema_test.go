package reports

import (
	"bytes"
	"encoding/json"
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
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// closed vocabularies.
var closed = map[reflect.Type][]string{
	reflect.TypeFor[provisions.Level]():      {"passive", "gentle", "intrusive", "disruptive", "link-wide"},
	reflect.TypeFor[harness.Verdict]():       {"", "PASS", "FAIL", "INCONCLUSIVE", "DONE", "NOT DONE"},
	reflect.TypeFor[harness.Basis]():         {"", "observed", "declared", "attested", "external"},
	reflect.TypeFor[provisions.Edition]():    {"V2.1", "V3.1"},
	reflect.TypeFor[provisions.Obligation](): {"", "M", "R"},
	reflect.TypeFor[provisions.Rung]():       {"declared", "guided", "lan", "bench", "operator", "twin", "web", "firmware"},
	reflect.TypeFor[device.State]():          {"factory", "set-up", "initialised", "unknown"},
}

// narrower says more of single fields than their types do.
var narrower = map[string]map[string]any{
	"Matrix.Format":    {"const": harness.MatrixFormat},
	"Matrix.Exit":      {"enum": []int{harness.ExitConformant, harness.ExitFail, harness.ExitInconclusive}},
	"Matrix.Head":      {"pattern": "^([0-9a-f]{64})?$"},
	"Matrix.Effort":    {"enum": []string{"quick", "normal", "long"}},
	"Row.Claim":        {"enum": []string{"", "Y", "N", "N/A"}},
	"Row.Word":         {"enum": []string{"", harness.Contrary, harness.NotJudged, harness.NotLooked}},
	"UnitRow.Word":     {"enum": []string{"", harness.Contrary, harness.NotJudged, harness.NotLooked}},
	"UnitRow.Kind":     {"enum": []string{"conceptual", "functional", "conceptual/functional", "beyond"}},
	"UnitRow.Attempts": {"minimum": 0},
	"Row.Judged":       {"minimum": 0},
	"Row.Planned":      {"minimum": 0},
}

// said describes the fields that have no comment of their own.
var said = map[string]string{
	"Matrix.Format":               "name of this form; another one where a field changes its meaning",
	"Matrix.State":                "state of the device during the run: a provision that binds in another state is INCONCLUSIVE",
	"Matrix.Authorisation":        "who tested, for whom, and by what right",
	"Matrix.Tool":                 "what judged",
	"Matrix.Began":                "when the record was opened",
	"Matrix.Ended":                "when its last line was written",
	"Matrix.Cut":                  "why the run was cut short",
	"Matrix.Roots":                "causes that turn several units red, each told once",
	"Matrix.Findings":             "what was seen that no unit judges",
	"Matrix.Undone":               "what was changed and put back, proved by reading back",
	"Matrix.NotUndone":            "what was changed and could not be put back",
	"Identification.Manufacturer": "who makes it",
	"Identification.Model":        "name of the model",
	"Identification.Hardware":     "version of the hardware",
	"Identification.Firmware":     "version of the firmware",
	"Identification.Serial":       "serial number of this unit",
	"Identity.Name":               "as it calls itself on the network",
	"Identity.Addresses":          "IP addresses",
	"Identity.MAC":                "link-layer address",
	"Authorisation.By":            "who tests",
	"Authorisation.For":           "for whom",
	"Authorisation.Place":         "where",
	"Authorisation.Until":         "last day of the right, as 2027-01-31",
	"Tool.Version":                "version of Assay",
	"Row.Provision":               "id of the provision, as 5.1-1",
	"Row.Obligation":              "M mandatory, R recommended; none beyond the standard",
	"Row.Conditions":              "conditions and features that all must hold for it to apply",
	"Row.Summary":                 "what it asks, in our words",
	"Row.Verdict":                 "folded from its units: FAIL outweighs INCONCLUSIVE outweighs PASS",
	"Row.Reason":                  "reasons of the units that made the verdict",
	"Row.Units":                   "its test units, all of them, also those not run",
	"UnitRow.Case":                "test case it is of, as 5.1-1-2",
	"UnitRow.Verdict":             "DONE and NOT DONE are of units that only prepare",
	"UnitRow.Word":                "one of the three words, where nothing is claimed",
	"UnitRow.Reason":              "why it came out so, as a sentence",
	"UnitRow.Basis":               "what the verdict rests on",
	"UnitRow.Level":               "how intrusive its method is",
	"UnitRow.Climbed":             "ways to evidence that were used",
	"UnitRow.Missed":              "ways to evidence that were not used, and why",
	"UnitRow.Vacuous":             "there was nothing to try",
	"UnitRow.Evidence":            "answers that the judgement rests on",
	"UnitRow.Began":               "when the unit began",
	"UnitRow.Confidence":          "of the catalogue, below high: to be checked against the document",
	"Missed.Rung":                 "the way to evidence",
	"Missed.Why":                  "why it was not used",
	"Root.Cause":                  "the reason that the units share",
	"Root.Units":                  "units that it turns red",
	"Finding.Text":                "what was seen",
	"Finding.Unit":                "unit at which it was seen",
}

// comments are those of the harness's and the device file's types, by "Type.Field".
func comments(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, dir := range []string{"../harness", "../harness/device", "../harness/answers"} {
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
	if words, ok := closed[t]; ok {
		return map[string]any{"enum": words}
	}
	if t == reflect.TypeFor[time.Time]() {
		return map[string]any{"type": "string", "format": "date-time"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return describe(t.Elem(), doc)
	case reflect.Slice:
		return map[string]any{"type": "array", "items": describe(t.Elem(), doc)}
	case reflect.Map:
		s := map[string]any{"type": "object", "additionalProperties": describe(t.Elem(), doc)}
		if words, ok := closed[t.Key()]; ok {
			s["propertyNames"] = map[string]any{"enum": words}
		}
		return s
	case reflect.Int:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
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
		at := t.Name() + "." + f.Name
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		s := describe(f.Type, doc)
		for k, v := range narrower[at] {
			s[k] = v
		}
		if d := said[at]; d != "" {
			s["description"] = d
		} else {
			s["description"] = doc[at]
		}
		properties[name] = s
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}

// The schema and the Go type say the same, in both directions: one is made from the other.
func TestSchemaIsTheMatrix(t *testing.T) {
	s := describe(reflect.TypeFor[harness.Matrix](), comments(t))
	s["$schema"], s["$id"] = "https://json-schema.org/draft/2020-12/schema", "matrix.schema.json"
	s["title"] = "matrix.json: what a run found of one device"
	s["description"] = "All provisions of the edition are in rows, also those not run, and after them those beyond the standard. A report only shows this; verdicts are folded from the record beside it."
	s["$comment"] = "Generated from harness.Matrix by go test ./reports -update; do not edit."
	var want bytes.Buffer
	enc := json.NewEncoder(&want)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("matrix.schema.json", want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(Schema, want.Bytes()) {
		t.Error("matrix.schema.json is stale: go test ./reports -update")
	}
}

// Each field tells a reader what it is.
func TestSchemaDescribesEveryField(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(Schema, &schema); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, s map[string]any)
	walk = func(path string, s map[string]any) {
		if items, ok := s["items"].(map[string]any); ok {
			walk(path+"[]", items)
		}
		properties, _ := s["properties"].(map[string]any)
		for name, p := range properties {
			p := p.(map[string]any)
			if p["description"] == "" {
				t.Errorf("%s.%s has no description", path, name)
			}
			walk(path+"."+name, p)
		}
	}
	walk("", schema)
}

func TestValidateJSON(t *testing.T) {
	for _, m := range []*harness.Matrix{declaredRun(), observedRun(), few(declaredRun())} {
		if err := ValidateJSON([]byte(made(t, "json", m))); err != nil {
			t.Error(err)
		}
	}
	good := made(t, "json", few(declaredRun(), "5.1-1"))
	for name, change := range map[string][2]string{
		"unknown verdict":   {`"verdict": "FAIL"`, `"verdict": "PASSED"`},
		"unknown word":      {`"unit": "5.1-1-2c",`, `"unit": "5.1-1-2c", "word": "fine",`},
		"another format":    {harness.MatrixFormat, "assay.matrix/0"},
		"unknown field":     {`"target":`, `"score": 7, "target":`},
		"missing field":     {`"edition": "V2.1",`, ""},
		"unknown edition":   {`"edition": "V2.1"`, `"edition": "V2.1.1"`},
		"rows missing":      {`"rows": [`, `"rows": null, "findings": [`},
		"no time":           {`"began": "2026`, `"began": "soon, 2026`},
		"basis of no kind":  {`"observed": 1`, `"guessed": 1`},
		"negative attempts": {`"attempts": 2`, `"attempts": -2`},
		"not JSON":          {`{`, `[`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Errorf("%s: nothing to change", name)
		} else if err := ValidateJSON([]byte(bad)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
