package specimen

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/secure-by-design/assay/provisions"
)

// A fault of the declaration is not in the device but in its device file: what the supplier says there. It is a list of
// edits of the conformant file, of which those that the edition has a place for apply.
var declarations = map[string][]edit{}

// An edit changes one place of the device file. A place is written as its keys, parted by slashes; in a table a row is
// named by its ID. A segment may give alternatives, since the editions name some tables and rows differently, and an
// asterisk is every row or key:
//
//	set("ixit/11-ComMech|11-SecComMech/ComMech-1/Security Guarantees", "[integrity]")
//	drop("ixit/25-DelFunc/*/Confirmation")
//	add("ixit/26-UserDec", "{ID: UserDec-9, Description: whether to use TLS}")
//	set("ixit/16-CodeMin/CodeMin-1/Description", "…").in(provisions.V31)
type edit struct {
	place   string
	value   any // nil: taken away
	appends bool
	edition provisions.Edition // "": both
}

// in restricts an edit to one edition.
func (e edit) in(edition provisions.Edition) edit {
	e.edition = edition
	return e
}

// set puts a value, written as YAML, at a place, whether or not there was one.
func set(place, value string) edit { return edit{place: place, value: read(value)} }

// drop takes a place away.
func drop(place string) edit { return edit{place: place} }

// add adds a row, written as YAML, to the table or list at a place.
func add(place, value string) edit { return edit{place: place, value: read(value), appends: true} }

// declares registers a fault of the declaration, or an honest variant of it if the list of those names it.
func declares(fault string, edits ...edit) bool {
	if declarations[fault] != nil || len(edits) == 0 {
		panic("specimen: " + fault + " is declared twice, or has no edit")
	}
	declarations[fault] = edits
	return true
}

func read(value string) (v any) {
	if err := yaml.UnmarshalWithOptions([]byte(value), &v, yaml.UseOrderedMap()); err != nil || v == nil {
		panic(fmt.Sprintf("specimen: %q is no value in YAML: %v", value, err))
	}
	return v
}

// OfDeclaration tells whether a fault is one of the declaration alone.
func OfDeclaration(fault string) bool { return declarations[fault] != nil }

// misdeclare edits a device file as the faults of the declaration among those given say. Each must change something.
func misdeclare(file []byte, has map[string]bool, e provisions.Edition) ([]byte, error) {
	var root any
	for _, fault := range slices.Sorted(maps.Keys(has)) {
		if !OfDeclaration(fault) {
			continue
		}
		if root == nil {
			if err := yaml.UnmarshalWithOptions(file, &root, yaml.UseOrderedMap()); err != nil {
				return nil, err
			}
		}
		changed := 0
		for _, ed := range declarations[fault] {
			if ed.edition == "" || ed.edition == e {
				if e == provisions.V31 {
					ed.value = newer(ed.value)
				}
				root = ed.apply(root, strings.Split(ed.place, "/"), &changed)
			}
		}
		if changed == 0 {
			return nil, fmt.Errorf("the fault %s changes nothing in the device file of %s", fault, e)
		}
	}
	if root == nil {
		return file, nil
	}
	out, err := yaml.Marshal(root)
	return out, err
}

// newer is a row as V3.1 names its fields, where an edit serves both editions.
func newer(value any) any {
	row, ok := value.(yaml.MapSlice)
	if !ok {
		return value
	}
	row = slices.Clone(row)
	for i := range row {
		if row[i].Key == "Communication Mechanisms" {
			row[i].Key = "Secure Communication Mechanisms"
		}
	}
	return row
}

// apply returns what stands at a place after the edit.
func (e edit) apply(at any, place []string, changed *int) any {
	if len(place) == 0 {
		return e.here(at, changed)
	}
	switch at := at.(type) {
	case yaml.MapSlice:
		return e.inMap(at, place, changed)
	case []any:
		for i, row := range at {
			if fits(place[0], id(row)) {
				at[i] = e.apply(row, place[1:], changed)
			}
		}
		return slices.DeleteFunc(at, func(v any) bool { return v == nil })
	}
	return at
}

func (e edit) inMap(at yaml.MapSlice, place []string, changed *int) any {
	found := false
	for i := range at {
		if key, _ := at[i].Key.(string); fits(place[0], key) {
			found = true
			at[i].Value = e.apply(at[i].Value, place[1:], changed)
		}
	}
	if !found && len(place) == 1 && e.value != nil && !e.appends && place[0] != "*" {
		*changed++
		key, _, _ := strings.Cut(place[0], "|")
		return append(at, yaml.MapItem{Key: key, Value: e.value})
	}
	return slices.DeleteFunc(at, func(it yaml.MapItem) bool { return it.Value == nil })
}

func (e edit) here(at any, changed *int) any {
	*changed++
	if !e.appends {
		return e.value
	}
	if list, ok := at.([]any); ok {
		return append(list, e.value)
	}
	return []any{e.value}
}

func fits(segment, key string) bool {
	return segment == "*" || slices.Contains(strings.Split(segment, "|"), key)
}

// id is the ID of a row, or of a list's item the item itself.
func id(row any) string {
	m, ok := row.(yaml.MapSlice)
	if !ok {
		return fmt.Sprint(row)
	}
	for _, it := range m {
		if it.Key == "ID" || it.Key == "name" {
			return fmt.Sprint(it.Value)
		}
	}
	return ""
}
