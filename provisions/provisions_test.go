package provisions

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTotals(t *testing.T) {
	c := Must()
	for _, want := range []struct {
		e                     Edition
		all, m, r, cases, unt int
	}{{V21, 68, 33, 35, 109, 226}, {V31, 78, 36, 42, 132, 260}} {
		var m, r, cases, units int
		for _, p := range c.Provisions(want.e) {
			if p.Edition != want.e || p.Beyond || p.Summary == "" {
				t.Errorf("%s: provision %+v is not of this edition, or bare", want.e, p)
			}
			switch p.Obligation {
			case Mandatory:
				m++
			case Recommended:
				r++
			}
			cases += len(p.Cases)
			units += len(p.Units())
		}
		if got := len(c.Provisions(want.e)); got != want.all || m != want.m || r != want.r || cases != want.cases || units != want.unt {
			t.Errorf("%s: %d provisions = %d M + %d R, %d cases, %d units; want %+v", want.e, got, m, r, cases, units, want)
		}
	}
	if got := len(c.Beyond()); got != 75 {
		t.Errorf("%d beyond the standard, want 75", got)
	}
	if got := len(c.Faults()); got != 469 {
		t.Errorf("%d faults, want 469", got)
	}
	if got := len(c.Honest()); got != 78 {
		t.Errorf("%d honest variants, want 78", got)
	}
	if a, b := len(c.Tables(V21)), len(c.Tables(V31)); a != 29 || b != 29 {
		t.Errorf("%d and %d IXIT tables, want 29 in each edition", a, b)
	}
}

func TestEditionsKeepTheirUnitsApart(t *testing.T) {
	c := Must()
	old, _ := c.Unit(V21, "5.1-4-1a")
	new, _ := c.Unit(V31, "5.1-4-1a")
	if old.Method.Procedure == new.Method.Procedure {
		t.Error("5.1-4-1a means another thing in each edition, yet has one procedure")
	}
	if _, ok := c.Unit(V21, "5.1-4-1b"); ok {
		t.Error("V2.1 has no 5.1-4-1b")
	}
	if u, ok := c.Unit(V31, "LOST-01"); !ok || u.Edition != "" || u.Letter != "" || u.Case != "LOST-01" {
		t.Errorf("LOST-01 is %+v, want one unit for both editions", u)
	}
	if _, ok := c.Unit("", "LOST-01"); ok {
		t.Error("a unit is found without an edition")
	}
	if tables := old.Method.Tables(); !slices.Equal(tables, []string{"2-UserInfo", "1-AuthMech"}) {
		t.Errorf("5.1-4-1a reads %v", tables)
	}
	// One row for both editions: each sees its own table only.
	old, _ = c.Unit(V21, "5.5-1-2a")
	new, _ = c.Unit(V31, "5.5-1-2a")
	if a, b := old.Method.Tables(), new.Method.Tables(); !slices.Equal(a, []string{"11-ComMech"}) || !slices.Equal(b, []string{"11-SecComMech"}) {
		t.Errorf("5.5-1-2a reads %v in V2.1 and %v in V3.1", a, b)
	}
	if old.Verb == "" || old.Verb != new.Verb {
		t.Errorf("5.5-1-2a: verbs %q and %q of one row differ", old.Verb, new.Verb)
	}
}

// The data as a suite author sees them, on one rich row.
func TestUpdateAttackUnit(t *testing.T) {
	u, ok := Must().Unit(V21, "5.3-2-2b")
	if !ok {
		t.Fatal("no 5.3-2-2b")
	}
	m := u.Method
	if u.Letter != "b" || u.Case != "5.3-2-2" || u.Provision != "5.3-2" || u.Verb != "attempt" || m.Level != Disruptive {
		t.Errorf("5.3-2-2b is %+v", u)
	}
	if !slices.Equal(m.Ops(), []string{"offer-update", "power-cycle"}) {
		t.Errorf("its operations are %v", m.Ops())
	}
	if !slices.Contains(m.Faults, "update-unsigned-accepted") {
		t.Errorf("its faults are %v", m.Faults)
	}
	u, _ = Must().Unit(V21, "5.4-1-2a")
	if !slices.Equal(u.Method.Min, []Rung{LAN, Operator}) {
		t.Errorf("5.4-1-2a cannot do without %v, want lan and operator", u.Method.Min)
	}
	u, _ = Must().Unit(V21, "5.3-10-1a")
	if !slices.Equal(u.Reuses, []string{"5.3-9-1a", "5.3-9-1b"}) {
		t.Errorf("5.3-10-1a applies %v", u.Reuses)
	}
}

func TestFaultsAreOfTheUnitsEdition(t *testing.T) {
	c := Must()
	for _, e := range Editions() {
		for _, p := range slices.Concat(c.Provisions(e), c.Beyond()) {
			for _, u := range p.Units() {
				var want []string
				for _, f := range c.Faults() {
					for _, ref := range slices.Concat(f.Breaks, f.Contradicts) {
						if ref.Names(u) && !slices.Contains(want, f.Name) {
							want = append(want, f.Name)
						}
					}
				}
				if !slices.Equal(u.Method.Faults, want) {
					t.Errorf("%s of %s: faults %v, want %v", u.ID, e, u.Method.Faults, want)
				}
			}
		}
	}
}

// METHODS.md names the doubtful units; the tables mark exactly these.
func TestDoubtfulUnits(t *testing.T) {
	c := Must()
	want := map[string]bool{}
	for _, what := range strings.Fields("5.0-1-1 5.3-4B 5.3-5 5.3-12 5.3-14-2 5.6-3-1b 5.6-3-2c 5.11-1-2d 5.12-3-2 5.13-1B-2b 6-1-2 6-6-2 6-7-2 6-8-2") {
		if !strings.Contains(Methods(), what) {
			t.Errorf("METHODS.md does not name %s", what)
		}
		units, err := c.Select(V31, what)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range units {
			want[u.ID] = true
		}
	}
	for _, e := range Editions() {
		for _, p := range c.Provisions(e) {
			for _, u := range p.Units() {
				if got := u.Confidence.Doubtful(); got != (e == V31 && want[u.ID]) {
					t.Errorf("%s of %s: doubtful is %v", u.ID, e, got)
				}
				if e == V31 && !u.Confidence.ToCheck() {
					t.Errorf("%s of %s is not to be checked, though letters of V3.1 are of medium confidence", u.ID, e)
				}
			}
		}
	}
}

func TestSummariesOfV31AreResolved(t *testing.T) {
	c := Must()
	for id, want := range map[string]string{
		"5.1-2-1": "", "5.1-3-2": "scope now also M2M", "5.5-1-1": "but on IXIT 11-SecComMech", "6-3A-1": "",
	} {
		from := strings.Replace(id, "6-3A", "6-3", 1)
		old, _ := c.Case(V21, from)
		new, _ := c.Case(V31, id)
		text := old.Summary
		if want != "" {
			text += " [V3.1: " + want + "]"
		}
		if new.Summary != text {
			t.Errorf("%s of V3.1: %q\nwant %q", id, new.Summary, text)
		}
		if len(new.IXIT) == 0 {
			t.Errorf("%s of V3.1 reads no table", id)
		}
	}
}

var foreignVersion = regexp.MustCompile(`(?:EN 303 645 |TS 103 701 )?\bV[12]\.1\.1\b|\bV[123]\b(?:[^.]|$)`)

// Nothing that a reader sees speaks of test-specification versions.
func TestOnlyOurEditionNames(t *testing.T) {
	c := Must()
	var seen strings.Builder
	for _, what := range []any{c.Provisions(V21), c.Provisions(V31), c.Beyond(), c.Tables(V21), c.Tables(V31), c.Faults(), c.Honest(), c.Requirements()} {
		text, err := json.Marshal(what)
		if err != nil {
			t.Fatal(err)
		}
		seen.Write(text)
	}
	for _, m := range foreignVersion.FindAllString(seen.String(), -1) {
		if m != "EN 303 645 V2.1.1" {
			t.Errorf("a text says %q", m)
		}
	}
}

func TestVocabulariesAreUsed(t *testing.T) {
	c := Must()
	used := map[string]bool{}
	for _, e := range Editions() {
		for _, p := range slices.Concat(c.Provisions(e), c.Beyond()) {
			if ClauseTitle(p.ID.Clause()) == "" {
				t.Errorf("clause %s has no title", p.ID.Clause())
			}
			for _, u := range p.Units() {
				for _, n := range u.Method.Needs {
					for _, name := range n.Names {
						used[string(n.Kind)+" "+name] = true
						if n.Kind == NeedsRules && !strings.Contains(Methods(), "\n- "+name) {
							t.Errorf("%s: METHODS.md has no rule %s", u.ID, name)
						}
					}
				}
				for _, rule := range regexp.MustCompile(`\brule ([A-Z]{3,})`).FindAllStringSubmatch(u.Method.Procedure+"\n"+u.Method.FailsWhen+"\n"+u.Method.PassesWhen, -1) {
					if !strings.Contains(Methods(), "\n- "+rule[1]) {
						t.Errorf("%s: METHODS.md has no rule %s", u.ID, rule[1])
					}
				}
			}
		}
	}
	for _, name := range Operations {
		if !used["ops "+name] {
			t.Errorf("no method needs the operation %s", name)
		}
	}
	for _, name := range Checks {
		if !used["checks "+name] {
			t.Errorf("no method needs the check %s", name)
		}
	}
}

func TestUnitsThatPrepare(t *testing.T) {
	c := Must()
	var got []string
	for _, p := range c.Provisions(V21) {
		for _, u := range p.Units() {
			if u.Method.Prepares {
				got = append(got, u.ID)
			}
			if u.Method.Prepares && len(u.Method.Faults) > 0 {
				t.Errorf("%s only prepares, yet has faults %v", u.ID, u.Method.Faults)
			}
		}
	}
	want := strings.Fields("5.3-2-2a 5.3-6-1a 5.3-15-2a 5.11-1-2a 5.11-2-2a 5.11-3-1a 5.11-4-1a 5.12-3-1a")
	if !slices.Equal(got, want) {
		t.Errorf("units of V2.1 that prepare: %v, want %v", got, want)
	}
}

func TestParseEdition(t *testing.T) {
	for in, want := range map[string]Edition{
		"2.1": V21, "V2.1": V21, "v3.1": V31, " V3.1 ": V31, "2.1.2": V21, "V3.1.3": V31,
		"EN 303 645 V2.1.1": V21, "EN 303 645 V2.1.1 (2020-06)": V21, "ETSI EN 303 645 v3.1.3": V31,
		"TS 103 645 V2.1.2": V21, "ts 103 645 V3.1.1": V31, "EN 303 645 V3.1": V31,
		"TS 103 701 V1.1.1": V21, "TS 103 701 V2.1.1": V31,
	} {
		if got, err := ParseEdition(in); err != nil || got != want {
			t.Errorf("ParseEdition(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "V", "4.1", "V2.1.1", "V1.1.1", "EN 303 645", "EN 303 645 V1.1.1", "EN 103 645 V2.1", "TS 103 701 V2.1", "V2.1 V3.1"} {
		if got, err := ParseEdition(in); err == nil {
			t.Errorf("ParseEdition(%q) = %q, want an error", in, got)
		}
	}
}

func TestLevel(t *testing.T) {
	for l := Passive; l <= LinkWide; l++ {
		text, err := json.Marshal(l)
		var back Level
		if err != nil || json.Unmarshal(text, &back) != nil || back != l || string(text) != `"`+l.String()+`"` {
			t.Errorf("level %d becomes %s, %v and %d", l, text, err, back)
		}
	}
	if !(Passive < Gentle && Gentle < Intrusive && Intrusive < Disruptive && Disruptive < LinkWide) {
		t.Error("levels are out of order")
	}
	if _, err := ParseLevel("rough"); err == nil || !strings.Contains(err.Error(), "link-wide") {
		t.Errorf("ParseLevel(rough): %v", err)
	}
	if _, err := json.Marshal(Level(9)); err == nil {
		t.Error("level 9 is written")
	}
}

func TestFind(t *testing.T) {
	c := Must()
	for _, tc := range []struct {
		e      Edition
		what   string
		want   string // the first provision
		ps, us int
	}{
		{V21, "5.3-10", "5.3-10", 1, 3}, {V21, "5.3", "5.3-1", 16, 55}, {V21, "5.3-2-2", "5.3-2", 1, 2},
		{V21, "5.3-2-2b", "5.3-2", 1, 1}, {V21, "lost-01", "LOST-01", 1, 1}, {V31, "LOST", "LOST-01", 19, 19},
		{V31, "5.3-4a", "5.3-4A", 1, 2}, {V21, "6", "6-1", 5, 0}, {V21, "4-1", "4-1", 1, 1}, {V21, "5.1-1", "5.1-1", 1, 4},
	} {
		ps, err := c.Find(tc.e, tc.what)
		us, _ := c.Select(tc.e, tc.what)
		if err != nil || len(ps) != tc.ps || string(ps[0].ID) != tc.want || tc.us != 0 && len(us) != tc.us {
			t.Errorf("%s %s: %d provisions, %d units, %v; want %+v", tc.e, tc.what, len(ps), len(us), err, tc)
		}
	}
	for _, tc := range []struct {
		e    Edition
		what string
		says string
	}{
		{V21, "5.3-4A", "V3.1 has it"}, {V21, "5.3-100", "5.3-10"}, {V21, "LOST-99", "LOST-"}, {V21, "", "near"},
		{"V9", "5.3", "unknown edition"}, {V21, strings.Repeat("x", 1<<16), "near"},
	} {
		if ps, err := c.Find(tc.e, tc.what); err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s %.20s: %d found, %v; want an error with %q", tc.e, tc.what, len(ps), err, tc.says)
		}
	}
}
