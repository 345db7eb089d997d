package provisions

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestProfilesAreThere(t *testing.T) {
	want := strings.Fields("baseline-v2.1 baseline-v3.1 uk-psti au-smart-devices sg-cls-l1 sg-cls-l2 sg-cls-l3 sg-cls-l4 jp-jc-star-1 de-bsi fi-label " +
		"eu-red-en18031 eu-cra us-nist-8425 uk-cop uk-ico fr-cnil-camera jp-meti-lost-device")
	ready := strings.Fields("sg-cls-l3 sg-cls-l4 eu-red-en18031 eu-cra us-nist-8425")
	var got []string
	for _, p := range Must().Profiles() {
		got = append(got, p.Name)
		if (p.Kind == OfReadiness) != slices.Contains(ready, p.Name) {
			t.Errorf("%s is of kind %s", p.Name, p.Kind)
		}
		if p.Statement() == "" || p.Title == "" {
			t.Errorf("%s has no pass rule or title", p.Name)
		}
		if p.Rule != RuleDevice && len(p.Selection()) == 0 && len(p.Questions()) == 0 {
			t.Errorf("%s judges nothing", p.Name)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("profiles are %v, want %v", got, want)
	}
	if _, err := Must().Profile("uk-pti"); err == nil || !strings.Contains(err.Error(), "uk-psti") {
		t.Errorf("a misspelt profile: %v", err)
	}
}

// High confidence needs the primary source and the day on which it was read; and what is written from general knowledge is
// never more than a hint.
func TestConfidenceNeedsItsSource(t *testing.T) {
	for _, q := range Must().Requirements() {
		if q.Confidence == "high" && (!q.Primary || q.Read == "") {
			t.Errorf("%s: high on %q, read %q", q.Key(), q.Source, q.Read)
		}
		if q.Hearsay() && q.Confidence != "low" && q.Confidence != "medium-low" {
			t.Errorf("%s: %s on general knowledge", q.Key(), q.Confidence)
		}
	}
	for _, e := range Must().Recognitions() {
		if e.Confidence == "high" && (!e.Primary || e.Read == "") {
			t.Errorf("%s: high on %q, read %q", e.ID, e.Source, e.Read)
		}
	}
}

// A mapping that is ours says so, and what the provisions do not cover is asked.
func TestEveryRowSaysWhoseMappingItIs(t *testing.T) {
	psti, _ := Must().Profile("uk-psti")
	by := map[string]*Requirement{}
	for _, q := range psti.Requirements {
		by[q.ID] = q
	}
	if q := by["S1-PW-a"]; !q.Ours || q.Kind != RowMaps || !slices.Equal(q.Maps, []Mapped{{ID: "5.1-1"}}) {
		t.Errorf("S1-PW-a is %+v", q)
	}
	if q := by["S2-A-PW"]; q.Ours || q.Kind != RowNotes {
		t.Errorf("S2-A-PW is %+v", q)
	}
	if q := by["S4-5"]; q.Kind != RowAsks {
		t.Errorf("S4-5 is %+v", q)
	}
	if !slices.Equal(psti.Selection(), []ID{"5.1-1", "5.1-2", "5.2-1", "5.3-13"}) {
		t.Errorf("uk-psti looks at %v", psti.Selection())
	}
	red, _ := Must().Profile("eu-red-en18031")
	if n := len(red.Restrictions()); n != 4 {
		t.Errorf("%d restrictions, want four", n)
	}
	lost, _ := Must().Profile("jp-meti-lost-device")
	if q := lost.Requirements[0]; !slices.Contains(q.Beyond, "LOST-01") {
		t.Errorf("LOST-1 is supported by %v, want LOST-01 among them", q.Beyond)
	}
}

func TestAgeOfAProfile(t *testing.T) {
	day := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		p    Profile
		want bool
	}{
		{Profile{Kind: OfLaw, AsOf: "2026-08-26"}, false}, // 90 days
		{Profile{Kind: OfLaw, AsOf: "2026-08-25"}, true},
		{Profile{Kind: OfLaw}, true}, // nobody knows
		{Profile{Kind: OfStandard}, false},
	} {
		if got := tc.p.Stale(day); got != tc.want {
			t.Errorf("%+v: stale %t, want %t", tc.p, got, tc.want)
		}
	}
}

func TestWhatALabelOpens(t *testing.T) {
	var to []string
	for _, e := range Must().Opens("sg-cls-l3") {
		to = append(to, e.To)
	}
	if want := []string{"uk-psti", "jp-jc-star-1", "fi-label", "de-bsi", "(Korea: KISA CIC, Basic)"}; !slices.Equal(to, want) {
		t.Errorf("level 3 opens %v, want %v", to, want)
	}
	for _, e := range Must().Opens("sg-cls-l1") {
		if e.To == "fi-label" {
			t.Error("level 1 opens Finland, which recognises level 3 and above")
		}
	}
}

// Labels that ask for all mandatory provisions of some clauses name exactly those.
func TestMandatoryListsAreWhole(t *testing.T) {
	for name, clauses := range map[string]string{"sg-cls-l1": "5.1 5.2 5.3", "sg-cls-l2": "5.1 5.2 5.3 5.4 5.5 5.6 5.7 5.8 5.9 5.10 5.11 5.12 5.13 6",
		"de-bsi": "4 5.1 5.2 5.3 5.4 5.5 5.6 5.7 5.8 5.9 5.10 5.11 5.12 5.13 6"} {
		p, err := Must().Profile(name)
		if err != nil {
			t.Fatal(err)
		}
		var want []ID
		for _, pr := range Must().Provisions(V21) {
			if pr.Obligation == Mandatory && slices.Contains(strings.Fields(clauses), pr.ID.Clause()) {
				want = append(want, pr.ID)
			}
		}
		if got := p.Selection(); !slices.Equal(got, want) {
			t.Errorf("%s looks at %v, want %v", name, got, want)
		}
	}
}
