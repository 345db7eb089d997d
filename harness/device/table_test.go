package device

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/provisions"
)

// nameIn is what a field is called in an edition.
func nameIn(f reflect.StructField, e provisions.Edition) string {
	key, newer := names(f)
	if newer != "" && e == provisions.V31 {
		return newer
	}
	return key
}

// The tables and their fields are those of the standard: all of both editions, and no others.
func TestFieldsAreTheStandards(t *testing.T) {
	t.Parallel()
	want, got := map[string]bool{}, map[string]bool{} // "V2.1 1-AuthMech/ID"
	for _, e := range provisions.Editions() {
		for _, table := range provisions.Must().Tables(e) {
			for _, field := range table.Fields {
				want[fmt.Sprintf("%s %s/%s", e, table.Name, field)] = true
			}
		}
	}
	ixit := reflect.TypeFor[IXIT]()
	known := map[string]bool{} // what stands in any edition, by the names here
	for i := range ixit.NumField() {
		for _, e := range provisions.Editions() {
			table := nameIn(ixit.Field(i), e)
			row := rowType(ixit, table)
			for j := range row.NumField() {
				field := nameIn(row.Field(j), e)
				key, _ := names(row.Field(j))
				if typed(field) {
					continue
				}
				what := fmt.Sprintf("%s %s/%s", e, table, field)
				got[what] = true
				first, _ := names(ixit.Field(i))
				known[first+"/"+key] = known[first+"/"+key] || want[what]
			}
		}
	}
	for _, what := range slices.Sorted(maps.Keys(want)) {
		if !got[what] {
			t.Errorf("%s: ixit.tsv has it, the types have not", what)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(known)) {
		if !known[what] && !sharedRow(what) {
			t.Errorf("%s: the types have it, no edition has", what)
		}
	}
	if len(want) < 250 {
		t.Errorf("only %d fields were compared", len(want))
	}
}

// sharedRow tells of the three tables that have one type of row: a field of it is one of at least one of them.
func sharedRow(what string) bool {
	table, field, _ := strings.Cut(what, "/")
	if !slices.Contains([]string{"15-Intf", "15-PhyIntf", "28-LogIntf"}, table) {
		return false
	}
	for _, e := range provisions.Editions() {
		for _, t := range provisions.Must().Tables(e) {
			if slices.Contains([]string{"15-Intf", "15-PhyIntf", "28-LogIntf"}, t.Name) && slices.Contains(t.Fields, field) {
				return true
			}
		}
	}
	return false
}

func TestTable(t *testing.T) {
	t.Parallel()
	f, err := Parse("f.yaml", []byte(`
device: {model: M}
edition: V3.1
ixit:
  2-UserInfo: {Model Designation: M, model: {source: label}}
  11-SecComMech: [{ID: SecComMech-1, Description: HTTPS, Security Guarantees: [confidentiality, integrity]}]
  10-SecParam:
    - {ID: SecParam-1, Description: password, Type: critical, Secure Communication Mechanisms: [SecComMech-1]}
    - {ID: SecParam-2, Description: key, Type: critical, Secure Communication Mechanisms: []}
  12-NetSecImpl: none
  13-SoftServ: [{ID: SoftServ-1, Description: page, Allows Configuration: no}]
  15-PhyIntf: [{ID: PhyIntf-1, Description: Ethernet}]
  28-LogIntf: [{ID: LogIntf-1, Description: HTTPS, Access: LAN}]
`))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"11-ComMech", "11-SecComMech"} {
		rows, declared := f.Table(name)
		if !declared || len(rows) != 1 || rows[0].Table != "11-SecComMech" || rows[0].Fields["Security Guarantees"] != "confidentiality, integrity" || len(rows[0].Lists["Security Guarantees"]) != 2 {
			t.Errorf("%s: %+v", name, rows)
		}
	}
	rows, _ := f.Table("10-SecParam")
	for _, name := range []string{"Communication Mechanisms", "Secure Communication Mechanisms"} {
		if text, given := rows[0].Field(name); text != "SecComMech-1" || !given {
			t.Errorf("%s: %q, %v", name, text, given)
		}
	}
	if none, given := rows[1].Lists["Communication Mechanisms"]; !given || len(none) != 0 {
		t.Error("an empty list is not declared as none")
	}
	if _, given := rows[0].Fields["Generation Mechanism"]; given {
		t.Error("a field that is left out counts as declared")
	}
	if rows, declared := f.Table("12-NetSecImpl"); !declared || len(rows) != 0 {
		t.Error("a table that reads none is not declared as empty")
	}
	if _, declared := f.Table("21-PersData"); declared {
		t.Error("a table that is left out counts as declared")
	}
	if rows, _ := f.Table("2-UserInfo"); len(rows) != 1 || rows[0].Fields["Model Designation"] != "M" || len(rows[0].Fields) != 1 {
		t.Errorf("a flat form: %+v", rows)
	}
	if rows, _ := f.Table("13-SoftServ"); rows[0].Fields["Allows Configuration"] != "no" {
		t.Errorf("an answer: %+v", rows)
	}
	if rows, declared := f.Table("15-Intf"); !declared || len(rows) != 2 || rows[0].ID != "PhyIntf-1" || rows[1].ID != "LogIntf-1" {
		t.Errorf("interfaces of both tables: %+v", rows)
	}
}

// A file in V3.1 may not say one thing under both names.
func TestBothNames(t *testing.T) {
	t.Parallel()
	_, err := Parse("f.yaml", []byte("device: {model: M}\nixit:\n  11-ComMech: none\n  11-SecComMech: none\n"))
	if err == nil || !strings.Contains(err.Error(), `f.yaml:4:3: "11-SecComMech" stands here as "11-ComMech" too`) {
		t.Errorf("error: %v", err)
	}
}

// Every table that a method needs can be looked up.
func TestNeededTablesAreKnown(t *testing.T) {
	t.Parallel()
	for _, e := range provisions.Editions() {
		for _, table := range provisions.Must().Tables(e) {
			if rowType(reflect.TypeFor[IXIT](), table.Name) == nil {
				t.Errorf("%s %s has no rows here", e, table.Name)
			}
		}
	}
}
