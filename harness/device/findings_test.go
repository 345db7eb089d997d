package device

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/provisions"
)

// example is the specimen's declaration in an edition.
func example(t testing.TB, e provisions.Edition) *File {
	t.Helper()
	path := "../../examples/specimen-" + strings.ToLower(string(e)) + ".yaml"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(path, b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// at is the row of a table with an ID.
func at[T any](rows *[]T, id string) *T {
	for i := range *rows {
		if reflect.ValueOf((*rows)[i]).FieldByName("ID").String() == id {
			return &(*rows)[i]
		}
	}
	panic("the example has no " + id)
}

func TestExampleContradictsNothing(t *testing.T) {
	t.Parallel()
	for _, e := range provisions.Editions() {
		for _, x := range example(t, e).Contradictions(e) {
			t.Error(x.In(string(e)))
		}
	}
}

// Each change brings exactly the contradictions that stand beside it.
func TestContradictions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		edition provisions.Edition
		change  func(f *File)
		want    []string
	}{
		{provisions.V21, func(f *File) { f.ICS["6-5"] = Claim{"N/A", "nothing is sent"} }, []string{"6-5 is claimed as N/A, but C(6) holds"}},
		{provisions.V21, func(f *File) { f.ICS["5.4-2"] = Claim{"Y", "its keys"} }, []string{"5.4-2 is claimed as Y, but a condition of it is stated as false"}},
		{provisions.V21, func(f *File) { f.Conditions["10"] = true }, []string{"5.4-2 is claimed as N/A, but C(10) holds"}},
		{provisions.V21, func(f *File) { delete(f.Conditions, "10") }, nil}, // a gap
		{provisions.V21, func(f *File) { f.Conditions["6"] = false }, []string{"5.10-1 is claimed as Y, but a condition of it is stated as false", "6-4 is claimed as Y, but a condition of it is stated as false", "6-5 is claimed as Y, but a condition of it is stated as false",
			"C(6) (telemetry is collected) is stated as false, while 24-TelData declares TelData-1"}},
		{provisions.V31, func(f *File) { f.IXIT.ExtSens = &[]Described{} }, []string{"F(v) (the device senses its surroundings) is stated as true, while 22-ExtSens is declared as none"}},
		{provisions.V21, func(f *File) { f.IXIT.Conf.SecureDevelop = No }, []string{"Confirmation of Secure Development is no, while 5.6-9 is claimed as Y"}},
		{provisions.V21, func(f *File) {
			for i := range *f.IXIT.SoftComp {
				(*f.IXIT.SoftComp)[i].UpdMechs = []string{}
			}
		}, []string{"no component of 6-SoftComp is updated by UpdMech-1"}},
		{provisions.V21, func(f *File) { at(f.IXIT.SoftComp, "SoftComp-1").Reason = "boot-rom" }, []string{"SoftComp-1 has an update mechanism, and a reason (boot-rom) for having none"}},
		{provisions.V21, func(f *File) { at(f.IXIT.UpdMech, "UpdMech-1").Upd.Apply = "user" }, []string{"UpdMech-1 begins by itself, but a user installs it"}},
		{provisions.V21, func(f *File) { at(f.IXIT.UpdMech, "UpdMech-1").Upd.Apply = "auto" }, []string{"UpdMech-1 always installs by itself, but a user can set it"}},
		{provisions.V21, func(f *File) { at(f.IXIT.UpdMech, "UpdMech-1").Check.Period = "never" }, []string{"UpdMech-1 looks for updates by itself, but never"}},
		{provisions.V21, func(f *File) { at(f.IXIT.UpdMech, "UpdMech-1").Upd.Notify = No }, []string{"UpdMech-1 gives no notice, but tells how it does"}},
		{provisions.V21, func(f *File) { at(f.IXIT.ComMech, "ComMech-2").At = []Endpoint{{Proto: "ssh", Port: 2022}} }, []string{"ComMech-2 is at port 2022, which no interface declares"}},
		{provisions.V21, func(f *File) { at(f.IXIT.SoftServ, "SoftServ-1").AuthMechs = []string{} }, []string{"SoftServ-1 allows configuration without authentication"}},
		{provisions.V21, func(f *File) { at(f.IXIT.Intf, "Intf-1").State = "disabled" }, []string{`Intf-1 has the Status "enabled" and the state disabled`}},
		{provisions.V31, func(f *File) { at(f.IXIT.LogIntf, "LogIntf-1").Need = "never" }, []string{"LogIntf-1 is enabled, but nothing needs it"}},
		{provisions.V21, func(f *File) { at(f.IXIT.Intf, "Intf-11").IsDebug = No }, []string{`Intf-11 has the Debug Interface "yes" and debug: no`}},
		{provisions.V21, func(f *File) { at(f.IXIT.SecParam, "SecParam-1").ComMechs = []string{"ComMech-1", "ComMech-4"} }, []string{"SecParam-1 is critical and travels by ComMech-4, which does not guarantee confidentiality"}},
		{provisions.V31, func(f *File) {
			p := at(f.IXIT.PersData, "PersData-1")
			p.Sensitive, p.ComMechs = "yes", []string{"ComMech-5"}
		}, []string{"PersData-1 is sensitive and travels by ComMech-5, which does not guarantee confidentiality"}},
		{provisions.V21, func(f *File) {
			p := at(f.IXIT.PersData, "PersData-1")
			p.Stored, p.ComMechs = []string{"service"}, []string{}
		}, []string{"PersData-1 is stored at a service, but travels by nothing"}},
		{provisions.V21, func(f *File) { at(f.IXIT.PersData, "PersData-1").Consent = No }, []string{"PersData-1 is processed without consent, but tells how it is obtained"}},
		{provisions.V21, func(f *File) { at(f.IXIT.DelFunc, "DelFunc-1").Covers = []string{"SecParam-1"} }, []string{"PersData-1 is stored on the device, but no function of 25-DelFunc covers it"}},
		{provisions.V21, func(f *File) { f.IXIT.DelFunc = &[]DelFunc{} }, []string{"PersData-1 is stored on the device, but 25-DelFunc says that nothing erases data"}},
		{provisions.V21, func(f *File) {
			d := at(f.IXIT.TelData, "TelData-1")
			d.PersData, d.Fields = nil, nil
		}, []string{"TelData-1 names no data"}},
	} {
		f := example(t, c.edition)
		c.change(f)
		var got []string
		for _, x := range f.Contradictions(c.edition) {
			got = append(got, x.What)
			if x.Kind != Contradiction || x.Line == 0 || x.Next == "" {
				t.Errorf("%+v", x)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("got %q\nwant %q", got, c.want)
		}
	}
}

func TestExpired(t *testing.T) {
	t.Parallel()
	f := &File{Authorised: &Authorisation{From: "2026-12-01", Until: "2027-01-31"}, Service: &Service{Authorisation: &Permission{Until: "2027-01-15"}}}
	for day, want := range map[string][]string{
		"2026-11-30": {"the right to test begins on 2026-12-01"},
		"2026-12-01": nil,
		"2027-01-15": nil,
		"2027-01-31": {"the permission to test the service ended on 2027-01-15"},
		"2027-02-01": {"the right to test ended on 2027-01-31", "the permission to test the service ended on 2027-01-15"},
	} {
		at, _ := time.Parse(time.DateOnly, day)
		var got []string
		for _, x := range f.Expired(at) {
			got = append(got, x.What)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q", day, got)
		}
	}
}

// Gaps name the table and field, and each unit that needs it; what is claimed as N or N/A needs nothing.
func TestGaps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		edition    provisions.Edition
		kind       Kind
		want, unit string
		change     func(f *File)
	}{
		{provisions.V21, Gap, "state condition C(10)", "5.4-2-1a", func(f *File) { delete(f.Conditions, "10") }},
		{provisions.V21, Gap, "24-TelData is not declared", "6-4-1a", func(f *File) { f.IXIT.TelData = nil }},
		{provisions.V21, Gap, "3-VulnTypes: no Time Frame in VulnTypes-1", "5.2-2-1a", func(f *File) { at(f.IXIT.VulnTypes, "VulnTypes-1").TimeFrame = "" }},
		{provisions.V31, Gap, "7-UpdMech: no Update Checking in UpdMech-1", "5.3-5-1a", func(f *File) { at(f.IXIT.UpdMech, "UpdMech-1").Checking = "" }},
		{provisions.V21, Gap, "7-UpdMech: no Configuration in UpdMech-1", "5.3-6-1c", func(f *File) { at(f.IXIT.UpdMech, "UpdMech-1").Configuration = "" }},
		{provisions.V21, Gap, "9-ReplSup has no Isolation", "", func(f *File) { f.IXIT.ReplSup.Isolation = "" }}, // 5.3-15 is claimed as N/A
		{provisions.V31, Gap, "9-ReplSup has no Isolation", "5.3-15A-1a", func(f *File) { f.IXIT.ReplSup.Isolation = "" }},
		{provisions.V31, Gap, "10-SecParam: no Secure Communication Mechanisms in SecParam-4", "5.5-6-1a", func(f *File) { at(f.IXIT.SecParam, "SecParam-4").ComMechs = nil }},
		{provisions.V21, Gap, "the operation factory-reset is not declared", "5.11-1-2a", func(f *File) { delete(f.Operations, "factory-reset") }},
		{provisions.V21, Untyped, "1-AuthMech: AuthMech-2 has no bf:", "5.1-5-1a", func(f *File) { at(f.IXIT.AuthMech, "AuthMech-2").BF = nil }},
	} {
		f := example(t, c.edition)
		c.change(f)
		var got *Finding
		for _, x := range f.Gaps(c.edition) {
			if x.What == c.want {
				got = &x
			}
		}
		switch {
		case c.unit == "" && got != nil:
			t.Errorf("%s: needed by %v", c.want, got.Units)
		case c.unit == "":
		case got == nil:
			t.Errorf("%s: no such gap", c.want)
		case got.Kind != c.kind || !slices.Contains(got.Units, c.unit) || got.Line == 0 || got.Next == "":
			t.Errorf("%+v", got)
		}
	}
}

// What the units need of the example is there, but for operations that its device does not have.
func TestExampleHasNoGapInTables(t *testing.T) {
	t.Parallel()
	for _, e := range provisions.Editions() {
		for _, x := range example(t, e).Gaps(e) {
			if x.Kind == Gap && !strings.HasPrefix(x.What, "the operation ") {
				t.Error(x.In(string(e)), x.Units)
			}
		}
	}
}

// A file of 29 tables is read and checked in well under 100 ms.
func BenchmarkCheck(b *testing.B) {
	text, err := os.ReadFile("../../examples/specimen-v2.1.yaml")
	if err != nil {
		b.Fatal(err)
	}
	provisions.Must()
	for b.Loop() {
		f, err := Parse("example.yaml", text)
		if err != nil {
			b.Fatal(err)
		}
		if len(f.Contradictions(provisions.V21)) > 0 || len(f.Gaps(provisions.V21)) == 0 {
			b.Fatal("the example has changed")
		}
	}
}
