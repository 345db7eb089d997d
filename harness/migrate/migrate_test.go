package migrate_test

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/migrate"
	"github.com/secure-by-design/assay/provisions"
)

func parse(t *testing.T, b []byte) *device.File {
	t.Helper()
	f, err := device.Parse("f.yaml", b)
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return f
}

func migrated(t *testing.T, f *device.File) (string, *device.File) {
	t.Helper()
	b, err := migrate.Migrate(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), parse(t, b)
}

// The whole example is carried over: no row and no claim is lost, and what is new is open.
func TestExample(t *testing.T) {
	b, err := os.ReadFile("../../examples/specimen-v2.1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	f := parse(t, b)
	text, after := migrated(t, f)
	if after.Edition != "V3.1" {
		t.Error(after.Edition)
	}
	was, is := reflect.ValueOf(f.IXIT), reflect.ValueOf(after.IXIT)
	for i := range was.NumField() {
		switch name := was.Type().Field(i).Name; name {
		case "Intf", "PhyIntf", "LogIntf", "ExtAPI", "ComMech", "InpVal":
		default:
			if !reflect.DeepEqual(was.Field(i).Interface(), is.Field(i).Interface()) {
				t.Errorf("%s was changed", name)
			}
		}
	}
	x := after.IXIT
	if x.Intf != nil || x.ExtAPI != nil || len(*x.PhyIntf) != 3 || len(*x.LogIntf) != 8 {
		t.Errorf("%d and %d interfaces", len(*x.PhyIntf), len(*x.LogIntf))
	}
	for i, m := range *x.ComMech {
		if before := (*f.IXIT.ComMech)[i]; m.ID != before.ID || m.Crypto != before.Crypto || !reflect.DeepEqual(m.Strength, before.Strength) || m.Resilience != "" {
			t.Errorf("%+v was %+v", m, before)
		}
	}
	if r := (*x.LogIntf)[0]; r.Resilience != (*f.IXIT.ComMech)[0].Resilience || r.Input != device.Yes {
		t.Errorf("the page: %+v", r)
	}
	if got := (*x.InpVal)[0].Sources; !reflect.DeepEqual(got, []string{"UserIntf-1", "Intf-1", "ComMech-1"}) {
		t.Errorf("input of the page: %v", got)
	}
	for _, p := range provisions.Must().Provisions(provisions.V31) {
		claim := after.Claims(p.ID)
		switch p.ID {
		case "5.1-2A", "6-6", "6-7", "6-8":
			if claim.Support != "" {
				t.Errorf("%s is claimed as %s, though nobody looked at it", p.ID, claim.Support)
			}
		case "5.3-4A", "5.3-4B", "5.6-4B", "6-3B", "5.0-1":
			older := map[provisions.ID]provisions.ID{"5.3-4A": "5.3-4", "5.3-4B": "5.3-4", "5.6-4B": "5.6-4", "6-3B": "6-3", "5.0-1": "4-1"}[p.ID]
			if claim != f.Claims(older) {
				t.Errorf("%s: %+v was %+v", p.ID, claim, f.Claims(older))
			}
		default:
			if claim.Support == "" {
				t.Errorf("the claim of %s is lost", p.ID)
			}
		}
	}
	for _, p := range provisions.Must().Beyond() {
		if after.Claims(p.ID) != f.Claims(p.ID) {
			t.Errorf("the claim of %s is lost", p.ID)
		}
	}
	if !reflect.DeepEqual(after.Operations, f.Operations) || !reflect.DeepEqual(after.Samples, f.Samples) || !reflect.DeepEqual(after.Updates, f.Updates) {
		t.Error("more was changed than the standard asks for")
	}
	for _, want := range []string{
		"# The reference device's own declaration.", "  # new in V3.1: 5.1-2A: {support: , detail: \"\"} # R: ", "  # new in V3.1: Documentation of Maintenance Check\n  2-UserInfo:", "      # new in V3.1: Interface: by which row of 28-LogIntf it is reached; at its place is Intf-1\n",
		"  # new in V3.1: Purpose, Authorized Parties, Lifecycle, Storing Consent, Aggregation, Anonymization, of each row\n  21-PersData:",
		"      # new in V3.1: Access: from where it can be reached\n", "      # it is ExtAPI-1 of 28-ExtAPI in V2.1 too: API over HTTPS, which takes JSON\n",
		"      # was Protection in V2.1: none of a physical kind\n", "  d: true # C(8) was true in V2.1: ", "  a: true # C(1) was true in V2.1 (passwords of owner and guest): passwords authenticate users or machines\n", "  # new in V3.1: k: true or false # ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the file lacks %q:\n%s", want, text)
		}
	}
	gaps := ""
	for _, g := range after.Gaps(provisions.V31) {
		gaps += g.What + "\n"
	}
	for _, want := range []string{"no Interface in ComMech-1", "no Access in Intf-1", "2-UserInfo has no Documentation of Maintenance Check"} {
		if !strings.Contains(gaps, want) {
			t.Errorf("no gap tells of %q:\n%s", want, gaps)
		}
	}
}

// Comments stay where they stood, conditions carry what follows and no more, and a row that nothing else names stays a row.
func TestSmall(t *testing.T) {
	text, after := migrated(t, parse(t, []byte(`# mine
device: {model: M} # its name
conditions: {1: false, 4: true, 6: false, 7: false, 9: false, 12: true, 13: true}
ics: # of the house
  # the rationale
  4-1: Y # sure
  5.3-4:
    support: N
    # since
    detail: nobody asked
  default: Y
ixit:
    # who gets in
    10-SecParam:
    - ID: SecParam-1 # the first
      Description: "Communication Mechanisms: of a kind"
      Type: critical
      Communication Mechanisms: [ComMech-1]
    # how it talks
    11-ComMech:
    # over the air
    - {ID: ComMech-1, Description: radio, Resilience Measures: "It waits.", resilience: {first_s: 1}}
    28-ExtAPI:
    - {ID: ExtAPI-1, Description: cloud}
    29-InpVal:
    - {ID: InpVal-1, Description: all, sources: [ExtAPI-1]}
# the end
`)))
	want := `# mine
device: {model: M} # its name
edition: V3.1 # carried over from V2.1: see each "new in V3.1"
conditions:
  12: true # C(12) was true in V2.1: there is an update mechanism
`
	if !strings.HasPrefix(text, want) || !strings.HasSuffix(text, "# the end\n") {
		t.Errorf("got\n%s", text)
	}
	for _, want := range []string{
		"  # new in V3.1: 14: true or false # ", "  # new in V3.1: a: true or false # ", "  # new in V3.1: w: true or false # ", // no says less than before
		"\nics: # of the house\n  # was 4-1 in V2.1: see that its detail fits\n  # the rationale\n  5.0-1: Y # sure\n",
		"  # was 5.3-4 in V2.1: see that its detail fits\n  5.3-4B:\n    support: N\n    # since\n    detail: nobody asked\n", "  5.6-9: Y\n",
		"    # who gets in\n    10-SecParam:\n    - ID: SecParam-1 # the first\n      Description: \"Communication Mechanisms: of a kind\"\n",
		"      Secure Communication Mechanisms: [ComMech-1]\n", "    # how it talks\n    # over the air\n    11-SecComMech:\n",
		"        # was Resilience Measures in V2.1: It waits.\n", "        # was in 28-ExtAPI in V2.1\n", "sources: [ExtAPI-1]",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the file lacks %q:\n%s", want, text)
		}
	}
	for key, want := range map[string]bool{"y": false, "h": false, "i": false, "g": true, "f": true, "q": true, "r": true} {
		if is, stated := after.Features[key]; !stated || is != want {
			t.Errorf("feature %s: %v %v", key, is, stated)
		}
	}
	if _, stated := after.Features["z"]; stated {
		t.Error("that no consent is asked says nothing of personal data")
	}
}

// Where an edit of the text would change what a row says, the table is written anew.
func TestAnew(t *testing.T) {
	_, after := migrated(t, parse(t, []byte(`device: {model: M}
edition: V2.1
ixit:
  10-SecParam:
    - {ID: s, Description: "a, Communication Mechanisms: b", Type: public, Communication Mechanisms: []}
  15-Intf:
    - {ID: page, Description: a page, Type: logical, at: [{port: 80}]}
  28-ExtAPI:
    - {ID: api, Description: an API, at: [{port: 80}]}
  29-InpVal:
    - {ID: v, Description: the api checks, sources: [api]}
`)))
	if got := (*after.IXIT.SecParam)[0].Description; got != "a, Communication Mechanisms: b" {
		t.Error(got)
	}
	if got := (*after.IXIT.InpVal)[0]; got.Description != "the api checks" || got.Sources[0] != "page" {
		t.Errorf("%+v", got)
	}
}

func TestRefused(t *testing.T) {
	for _, s := range []string{"device: {model: M}\nedition: V3.1\n", "{device: {model: M}}\n",
		"device: {model: M}\nixit:\n  28-LogIntf: none\n", "device: {model: M}\nixit:\n  11-SecComMech: none\n"} {
		if b, err := migrate.Migrate(parse(t, []byte(s))); err == nil {
			t.Errorf("%q became\n%s", s, b)
		}
	}
}
