package device

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/provisions"
)

// example is the specimen's declaration in an edition, with changes: old, new, old, new, …
func example(t testing.TB, e provisions.Edition, changes ...string) *File {
	t.Helper()
	b, err := os.ReadFile("../../examples/specimen-" + strings.ToLower(string(e)) + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for i := 0; i < len(changes); i += 2 {
		if strings.Count(text, changes[i]) == 0 {
			t.Fatalf("the example has no %q", changes[i])
		}
		text = strings.Replace(text, changes[i], changes[i+1], 1)
	}
	f, err := Parse("example.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%q: %v", changes, err)
	}
	return f
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
		want    []string
		changes []string
	}{
		{provisions.V21, []string{"6-5 is claimed as N/A, but C(6) holds"}, []string{"\n  6-5: {support: Y", "\n  6-5: {support: N/A"}},
		{provisions.V21, []string{"5.4-2 is claimed as Y, but a condition of it is stated as false"}, []string{`5.4-2: {support: N/A`, `5.4-2: {support: Y`}},
		{provisions.V21, []string{"C(6) (telemetry is collected) is stated as false, while 24-TelData declares TelData-1", "5.10-1 is claimed as Y, but a condition of it is stated as false", "6-4 is claimed as Y, but a condition of it is stated as false", "6-5 is claimed as Y, but a condition of it is stated as false"}, []string{"  6: true", "  6: false"}},
		{provisions.V31, []string{"F(v) (the device senses its surroundings) is stated as true, while 22-ExtSens is declared as none"}, []string{"22-ExtSens:\n    - {ID: ExtSens-1, Description: \"Temperature of the room, by a sensor behind the grille; values are shown on the page and not kept.\"}", "22-ExtSens: none"}},
		{provisions.V21, []string{"Confirmation of Secure Development is no, while 5.6-9 is claimed as Y"}, []string{`Secure Development: "yes"`, `Secure Development: "no"`}},
		{provisions.V21, []string{"no component of 6-SoftComp is updated by UpdMech-1"}, []string{"Update Mechanism: [UpdMech-1]", "Update Mechanism: []", "Update Mechanism: [UpdMech-1]", "Update Mechanism: []"}},
		{provisions.V21, []string{"SoftComp-3 has an update mechanism, and a reason (boot-rom) for having none"}, []string{"Update Mechanism: [], ", "Update Mechanism: [UpdMech-1], "}},
		{provisions.V21, []string{"UpdMech-1 begins by itself, but a user installs it"}, []string{"apply: auto-configurable", "apply: user"}},
		{provisions.V21, []string{"UpdMech-1 always installs by itself, but a user can set it"}, []string{"apply: auto-configurable", "apply: auto"}},
		{provisions.V21, []string{"UpdMech-1 looks for updates by itself, but never"}, []string{"period: 24h", "period: never"}},
		{provisions.V21, []string{"UpdMech-1 gives no notice, but tells how it does"}, []string{"notify: yes", "notify: no"}},
		{provisions.V21, []string{"ComMech-2 is at port 2022, which no interface declares"}, []string{"at: [{proto: ssh, port: 2222}]\n    - ID: ComMech-3", "at: [{proto: ssh, port: 2022}]\n    - ID: ComMech-3"}},
		{provisions.V21, []string{"SoftServ-4 allows configuration without authentication"}, []string{"Allows Configuration: false\n      Authentication Mechanism: []", "Allows Configuration: true\n      Authentication Mechanism: []"}},
		{provisions.V21, []string{`Intf-6 has the Status "disabled" and the state enabled`}, []string{"port: 5555}], state: disabled", "port: 5555}], state: enabled"}},
		{provisions.V31, []string{"LogIntf-1 is enabled, but nothing needs it"}, []string{"port: 8443}], state: enabled, need: always", "port: 8443}], state: enabled, need: never"}},
		{provisions.V21, []string{"SecParam-1 is critical and travels by ComMech-4, which does not guarantee confidentiality"}, []string{"[ComMech-1, ComMech-2]", "[ComMech-1, ComMech-4]"}},
		{provisions.V31, []string{"PersData-1 is sensitive and travels by ComMech-5, which does not guarantee confidentiality"}, []string{`Mechanisms: [ComMech-1]` + "\n      Sensitive: \"no\"", `Mechanisms: [ComMech-5]` + "\n      Sensitive: \"yes\""}},
		{provisions.V21, []string{"PersData-1 is stored at a service, but travels by nothing"}, []string{"Communication Mechanisms: [ComMech-1]\n      Sens", "Communication Mechanisms: []\n      Sens", "stored: [device]", "stored: [device, service]"}},
		{provisions.V21, []string{"PersData-1 is processed without consent, but tells how it is obtained"}, []string{"consent: yes", "consent: no"}},
		{provisions.V21, []string{"PersData-1 is stored on the device, but no function of 25-DelFunc covers it"}, []string{"covers: [PersData-1, ", "covers: ["}},
		{provisions.V21, []string{"TelData-1 names no data"}, []string{"Personal Data: [], fields: [starts, version]", "interval_s: 60"}},
	} {
		var got []string
		for _, x := range example(t, c.edition, c.changes...).Contradictions(c.edition) {
			got = append(got, x.What)
			if x.Kind != Contradiction || x.Line == 0 || x.Next == "" {
				t.Errorf("%+v", x)
			}
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) {
			t.Errorf("%q:\n got %q\nwant %q", c.changes[1], got, c.want)
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
		changes    []string
	}{
		{provisions.V21, Gap, "24-TelData is not declared", "6-4-1a", []string{"  24-TelData:\n    - {", "  # {"}},
		{provisions.V21, Gap, "3-VulnTypes: no Time Frame in VulnTypes-1", "5.2-2-1a", []string{`, Time Frame: "14 days after it was confirmed"`, ""}},
		{provisions.V31, Gap, "7-UpdMech: no Update Checking in UpdMech-1", "5.3-5-1a", []string{"      Update Checking:", "      # "}},
		{provisions.V21, Gap, "9-ReplSup has no Isolation", "", []string{"    Isolation: ", "    # "}},
		{provisions.V31, Gap, "9-ReplSup has no Isolation", "5.3-15A-1a", []string{"    Isolation: ", "    # "}},
		{provisions.V31, Gap, "10-SecParam: no Secure Communication Mechanisms in SecParam-4", "5.5-6-1a", []string{"with the firmware in the factory.\n      Secure Communication Mechanisms: []", "with the firmware in the factory."}},
		{provisions.V21, Gap, "the operation factory-reset is not declared", "5.11-1-2a", []string{"\n  factory-reset:\n", "\n  health:\n", "      operation: factory-reset\n", ""}},
		{provisions.V21, Untyped, "1-AuthMech: AuthMech-2 has no bf:", "5.1-5-1a", []string{"gen: {origin: user}\n      bf: {", "gen: {origin: user}\n      # {"}},
	} {
		f := example(t, c.edition, c.changes...)
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
