package harness

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

func TestSelfAssessment(t *testing.T) {
	for _, tc := range []struct {
		by, right, maker string
		want             bool
	}{
		{"Acme", "owner", "Acme", true},
		{"jo fox (ACME)", "owner", "Acme", true},
		{"Jo Fox", "maker", "Acme", true},
		{"Jo Fox", "manufacturer's own device", "", true},
		{"Lab Example", "customer order 17", "Acme", false},
		{"Acmeville Lab", "owner", "Acme", false},
		{"Jo Fox", "owner (as whoever starts a run on the command line states)", "Acme", false},
		{"", "", "", false},
	} {
		if got := selfAssessed(&device.Authorisation{By: tc.by, Right: tc.right}, tc.maker); got != tc.want {
			t.Errorf("%+v: %t", tc, got)
		}
	}
	if selfAssessed(nil, "Acme") {
		t.Error("nobody tested, and yet it is the maker")
	}
}

func TestTicksEndTheDraft(t *testing.T) {
	doubtful := Doubtful(provisions.V31)
	if len(doubtful) == 0 || len(Doubtful(provisions.V21)) != 0 {
		t.Fatalf("in doubt: %v of V3.1, %v of V2.1", doubtful, Doubtful(provisions.V21))
	}
	path := filepath.Join(t.TempDir(), "assay-confirmed.yaml")
	if ticks, err := LoadTicks(path); err != nil || ticks != nil {
		t.Fatalf("no file: %v, %v", ticks, err)
	}
	tick := func(unit string) Tick { return Tick{unit, "Jo Fox: of the lab", "2026-11-24", "TS 103 701 V2.1.1"} }
	if err := AddTicks(path, []Tick{tick(doubtful[0])}); err != nil {
		t.Fatal(err)
	}
	var rest []Tick
	for _, u := range doubtful {
		rest = append(rest, tick(u))
	}
	one, err := LoadTicks(path)
	if err != nil || !slices.Equal(one, []Tick{tick(doubtful[0])}) {
		t.Fatalf("%v, %v", one, err)
	}
	m := tabulate(Opening{Edition: provisions.V31}, nil, Closing{}, today, "", true)
	if m.Confirm(one); !slices.Equal(m.Draft, doubtful[1:]) {
		t.Errorf("after one tick %v is left", m.Draft)
	}
	if err := AddTicks(path, rest); err != nil {
		t.Fatal(err)
	}
	all, err := LoadTicks(path)
	if err != nil || len(all) != len(doubtful) {
		t.Fatalf("%d ticks, %v", len(all), err)
	}
	if m.Confirm(all); m.Draft != nil {
		t.Errorf("all ticked, and %v is left", m.Draft)
	}
	for _, bad := range []Tick{
		{doubtful[0], "Jo", "2026-11-24", "EN 303 645 V3.1.3"}, // does not name the units
		{doubtful[0], "Jo", "2026-11-24", "TS 103 701 V1.1.1"},
		{doubtful[0], "Jo", "2026-11-24", "my copy"},
		{doubtful[0], "", "2026-11-24", "TS 103 701 V2.1.1"},
		{"5.1-1-2c", "Jo", "2026-11-24", "TS 103 701 V2.1.1"},
	} {
		if err := AddTicks(path, []Tick{bad}); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func TestTicksAreReadStrictly(t *testing.T) {
	unit := Doubtful(provisions.V31)[0]
	path := waiverFile(t, "confirmed:\n  - unit: "+unit+"\n    by: Jo\n    on: today\n    document: TS 103 701 V2.1.1\n")
	if _, err := LoadTicks(path); err == nil || !strings.Contains(err.Error(), "waivers.yaml:4:") {
		t.Errorf("a tick without a day: %v", err)
	}
}
