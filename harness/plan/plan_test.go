package plan_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/plan"
	"github.com/secure-by-design/assay/provisions"
	_ "github.com/secure-by-design/assay/suites"
)

func example(t *testing.T, edits ...string) *device.File {
	t.Helper()
	b, err := os.ReadFile("../../examples/specimen-v2.1.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(edits...).Replace(string(b))
	if len(edits) > 0 && text == string(b) {
		t.Fatalf("the edit %q changes nothing", edits)
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "updates"), os.DirFS("../../examples/updates")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "device.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := device.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func unit(t *testing.T, p *plan.Plan, id string) plan.Unit {
	t.Helper()
	i := slices.IndexFunc(p.Units, func(u plan.Unit) bool { return u.Unit == id })
	if i < 0 {
		t.Fatalf("%s is not in the plan", id)
	}
	return p.Units[i]
}

// Every unit of the edition is in the plan, and each has one way.
func TestEveryUnitIsPlanned(t *testing.T) {
	for _, e := range provisions.Editions() {
		p := plan.Make(plan.Wish{Edition: e, Allowed: provisions.Disruptive})
		n := 0
		for _, pr := range provisions.Must().Provisions(e) {
			for _, u := range pr.Units() {
				n++
				if got := unit(t, p, u.ID); !slices.Contains(plan.Ways, got.Way) {
					t.Errorf("%s: way %q", u.ID, got.Way)
				}
			}
		}
		sum := 0
		for _, c := range p.Count {
			sum += c
		}
		if sum != len(p.Units) || sum < n {
			t.Errorf("%s: %d units, %d counted, %d in the catalogue", e, len(p.Units), sum, n)
		}
	}
}

func TestWays(t *testing.T) {
	all := plan.Wish{Edition: provisions.V21, Twin: true, Allowed: provisions.Disruptive}
	with := func(change func(*plan.Wish)) plan.Wish {
		w := all
		w.File = example(t)
		change(&w)
		return w
	}
	for _, c := range []struct {
		name, unit string
		wish       plan.Wish
		way        plan.Way
		why        string
	}{
		{"nothing hinders it", "5.6-1-2a", with(func(*plan.Wish) {}), plan.ByItself, ""},
		{"the level is not allowed", "5.1-1-2c", with(func(w *plan.Wish) { w.Allowed = provisions.Gentle }), plan.Permission, "--allow intrusive"},
		{"no second unit", "LOST-01", with(func(w *plan.Wish) { w.Twin = false }), plan.Twin, "--twin"},
		{"a person must judge", "5.2-2-1a", with(func(*plan.Wish) {}), plan.Person, "assay answer"},
		{"the condition is false", "5.4-2-1a", with(func(*plan.Wish) {}), plan.NotApplies, ""},
		{"nothing is declared", "5.2-2-1a", all, plan.Missing, "no device file"},
		{"a field is missing", "5.2-2-1a", with(func(w *plan.Wish) {
			w.File = example(t, `Action: "A fix is made and given out with the next firmware by UpdMech-1.", `, "")
		}), plan.Missing, "VulnTypes"},
		{"an operation is missing", "5.11-1-2c", with(func(w *plan.Wish) { w.File = example(t, "\n  power-cycle:", "\n  set-update-policy:") }), plan.Operation, "power-cycle"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := unit(t, plan.Make(c.wish), c.unit)
			if got.Way != c.way || !strings.Contains(got.Why, c.why) {
				t.Errorf("%s: %q %q, want %q %q", c.unit, got.Way, got.Why, c.way, c.why)
			}
		})
	}
}

// Equal input gives an equal plan, and times add up.
func TestAPlanIsStable(t *testing.T) {
	w := plan.Wish{Edition: provisions.V21, Allowed: provisions.Disruptive, File: example(t)}
	p := plan.Make(w)
	a, _ := json.Marshal(p)
	b, _ := json.Marshal(plan.Make(w))
	if string(a) != string(b) {
		t.Error("two plans of one file differ")
	}
	sum := 0
	for i, q := range p.Prompts {
		sum += q.Minutes
		if i > 0 && p.Prompts[i-1].Sitting == plan.End && q.Sitting != plan.End {
			t.Error("the sittings are out of order")
		}
	}
	if sum != p.Attended || p.Attended == 0 || p.Unattended == 0 {
		t.Errorf("attended %d, the prompts come to %d; unattended %d", p.Attended, sum, p.Unattended)
	}
	if len(p.Lasting) == 0 {
		t.Error("it erases the sample, and does not say so")
	}
}

// The calendar end leaves out nights and weekends of the person, never of the machine.
func TestEnds(t *testing.T) {
	p := &plan.Plan{Unattended: 120, Prompts: []plan.Prompt{{Sitting: plan.Arrival, Minutes: 30}, {Sitting: plan.End, Minutes: 90}}}
	for began, want := range map[string]string{
		"2026-12-01T09:00": "2026-12-01T13:00", // a Tuesday
		"2026-12-01T14:00": "2026-12-02T09:60",
		"2026-12-04T15:00": "2026-12-07T10:30", // a Friday
	} {
		at, err := time.Parse("2006-01-02T15:04", began)
		if err != nil {
			t.Fatal(err)
		}
		want = strings.Replace(want, "09:60", "10:00", 1)
		if got := p.Ends(at).Format("2006-01-02T15:04"); got != want {
			t.Errorf("begun %s it ends %s, want %s", began, got, want)
		}
	}
}
