package device

import (
	"strings"
	"testing"

	"github.com/secure-by-design/assay/provisions"
)

// Each claim by the rules of the standard: what stands, what is unfinished, and what makes the ICS invalid.
func TestJudgeICS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, edition, id, applies, problem string
		open                                bool
		file                                string
	}{
		{"met", "V2.1", "5.2-1", "yes", "", false, "ics: {5.2-1: Y}"},
		{"nothing said", "V2.1", "5.2-1", "yes", "the ICS says nothing of 5.2-1", true, "ics: {5.2-2: Y}"},
		{"by default", "V2.1", "5.2-1", "yes", "", false, "ics: {default: Y}"},
		{"M not met", "V2.1", "5.2-1", "yes", "5.2-1 is mandatory and claimed as N: the device cannot conform", false, "ics: {5.2-1: {support: N, detail: too costly}}"},
		{"R not met", "V2.1", "5.2-2", "yes", "", false, "ics: {5.2-2: {support: N, detail: the maker is one person}}"},
		{"R not met, no reason", "V2.1", "5.2-2", "yes", "5.2-2 is claimed as N without a rationale", false, "ics: {5.2-2: N}"},
		{"R not met, a word that is no reason", "V2.1", "5.2-2", "yes", "5.2-2 is claimed as N without a rationale", false, "ics: {5.2-2: {support: N, detail: Not implemented.}}"},
		{"N/A of what always applies", "V2.1", "5.2-2", "yes", "5.2-2 is claimed as N/A, but it depends on no condition: it applies to every device", false, "ics: {5.2-2: {support: N/A, detail: not for us}}"},
		{"N/A", "V2.1", "5.3-3", "no", "", false, "conditions: {12: false}\nics: {5.3-3: {support: N/A, detail: the program lies in ROM}}"},
		{"N/A without a reason", "V2.1", "5.3-3", "no", "5.3-3 is claimed as N/A without a rationale", false, "conditions: {12: false}\nics: {5.3-3: N/A}"},
		{"N/A while it applies", "V2.1", "5.3-3", "yes", "5.3-3 is claimed as N/A, but C(12) holds", false, "conditions: {12: true}\nics: {5.3-3: {support: N/A, detail: the program lies in ROM}}"},
		{"N/A, not stated", "V2.1", "5.3-3", "unknown", "state condition C(12)", true, "ics: {5.3-3: {support: N/A, detail: the program lies in ROM}}"},
		{"Y, not stated", "V2.1", "5.3-3", "unknown", "state condition C(12)", true, "ics: {5.3-3: Y}"},
		{"M not met, not stated", "V2.1", "5.3-3", "unknown", "state condition C(12)", true, "ics: {5.3-3: {support: N, detail: later}}"},
		{"one of two conditions is false", "V2.1", "5.3-6", "no", "", false, "conditions: {9: false}\nics: {5.3-6: {support: N/A, detail: updates are started by hand}}"},
		{"both hold", "V2.1", "5.3-6", "yes", "5.3-6 is claimed as N/A, but C(9) and C(12) hold", false, "conditions: {9: true, 12: true}\nics: {5.3-6: {support: N/A, detail: updates are started by hand}}"},
		{"one of two is not stated", "V2.1", "5.3-6", "unknown", "state condition C(9)", true, "conditions: {12: true}\nics: {5.3-6: {support: N/A, detail: by hand}}"},
		{"the table says otherwise", "V2.1", "6-5", "no", "6-5 is claimed as N/A, but C(6) is stated as false, while 24-TelData declares TelData-1", false, "conditions: {6: false}\nics: {6-5: {support: N/A, detail: nothing is sent}}\nixit: {24-TelData: [{ID: TelData-1, Description: crashes}]}"},
		{"the claim says otherwise", "V2.1", "5.3-3", "no", "5.3-3 is claimed as N/A, but C(12) is stated as false, while 5.3-2, which brings it about, is claimed as Y", false, "conditions: {5: true, 12: false}\nics: {5.3-2: Y, 5.3-3: {support: N/A, detail: the program lies in ROM}}"},
		{"a circle", "V2.1", "5.3-3", "no", "5.3-3 is claimed as N/A in a circle: 5.3-3 points to 5.3-4 points to 5.3-3", false, "conditions: {12: false}\nics: {5.3-3: {support: N/A, detail: see 5.3-4}, 5.3-4: {support: N/A, detail: as 5.3-3.}}"},
		{"a pointer to a reason", "V2.1", "5.3-3", "no", "", false, "conditions: {12: false}\nics: {5.3-3: {support: N/A, detail: see 5.3-4}, 5.3-4: {support: N/A, detail: the program lies in ROM}}"},
		{"a feature", "V3.1", "5.4-2", "no", "", false, "features: {l: false}\nics: {5.4-2: {support: N/A, detail: its identity is made at the set-up}}"},
		{"a feature that is there", "V3.1", "5.4-2", "yes", "5.4-2 is claimed as N/A, but F(l) holds", false, "features: {l: true}\nics: {5.4-2: {support: N/A, detail: its identity is made at the set-up}}"},
		{"condition and feature", "V3.1", "5.1-5", "unknown", "state condition F(e)", true, "conditions: {14: true}\nics: {5.1-5: Y}"},
	} {
		f, err := Parse("f.yaml", []byte("device: {model: M}\nedition: "+c.edition+"\n"+c.file+"\n"))
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		e := provisions.Edition(c.edition)
		judged := f.JudgeICS(e)
		if len(judged) != len(provisions.Must().Provisions(e)) {
			t.Fatalf("%d rows", len(judged))
		}
		for i, j := range judged {
			if j.Provision != provisions.Must().Provisions(e)[i].ID {
				t.Fatalf("row %d is %s", i, j.Provision)
			}
			if string(j.Provision) != c.id {
				continue
			}
			if j.Applies != c.applies || j.Problem != c.problem || j.Open != c.open {
				t.Errorf("%s: %s: applies %s, problem %q, open %v", c.what, c.id, j.Applies, j.Problem, j.Open)
			}
			if (j.Next == "") != (j.Problem == "") {
				t.Errorf("%s: %s: problem %q, next %q", c.what, c.id, j.Problem, j.Next)
			}
		}
	}
}

// Every condition of the catalogue is known here by its name, and each known one is asked for.
func TestConditionsAreTheCatalogues(t *testing.T) {
	t.Parallel()
	for _, e := range provisions.Editions() {
		asked := map[string]bool{}
		for _, p := range provisions.Must().Provisions(e) {
			for _, c := range p.Conditions {
				asked[c] = true
			}
		}
		known := map[string]bool{}
		for _, c := range Conditions(e) {
			known[c.Name] = true
			if c.Text == "" || strings.ContainsAny(c.Key(), "()") || c.Feature() != strings.HasPrefix(c.Name, "F") {
				t.Errorf("%s %+v", e, c)
			}
			if !asked[c.Name] {
				t.Errorf("%s: no provision depends on %s", e, c.Name)
			}
		}
		for c := range asked {
			if !known[c] {
				t.Errorf("%s: %s is not known", e, c)
			}
		}
	}
}

func TestShowsNamesConditions(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, e := range provisions.Editions() {
		for _, c := range Conditions(e) {
			known[c.Name] = true
		}
	}
	for name := range shown {
		if !known[name] {
			t.Errorf("%s is no condition", name)
		}
	}
}
