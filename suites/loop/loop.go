// Package loop proves the suites on the specimen: each fault makes exactly the units FAIL that the catalogue declares
// for it, the conformant specimen and the honest variants make none, and a replay agrees.
//
// Its one idea is that a test which no fault breaks shows nothing. go test ./suites/<clause> runs that clause's part,
// go test ./suites all of it; both on the jump clock, against specimens inside the test.
package loop

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/clock"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/harness/specimen"
	"github.com/secure-by-design/assay/provisions"
)

// A Trial is one specimen run once.
type Trial struct {
	Edition  provisions.Edition
	Faults   []string
	Honest   []string
	Only     []string
	Single   bool               // without the twin
	Also     bool               // judged in the other edition too
	AsReal   bool               // the record does not say that waits were leapt over, so that it can carry a PASS
	Amend    func(*device.File) // changes what is declared
	Effort   harness.Effort
	State    device.State
	Rewrite  func(declaration string) string // of the device file's text, before it is read
	Dir      string                          // of the record
	Outcomes []harness.Outcome
	Secrets  []string
	Took     time.Duration
}

var addresses atomic.Int32

// address is one that no other trial of this process has; the process's number keeps test binaries that run side by side apart.
func address() netip.Addr {
	n := addresses.Add(2)
	pid := os.Getpid()
	return netip.AddrFrom4([4]byte{127, byte(100 + pid%100), byte(pid/100%200) + byte(n>>8), byte(n)})
}

// aside is where the supplier's web server stands: beside no unit.
func aside(unit netip.Addr) netip.Addr {
	b := unit.As4()
	b[1] -= 99 // 1 to 100, where units are at 100 to 199
	return netip.AddrFrom4(b)
}

// scratch is a directory that goes with the test: in memory where the host has such a place, for a record is thousands of small
// files that are synced one by one.
func scratch(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "assay-loop-")
	if err != nil {
		return tb.TempDir()
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Run runs the trial on the jump clock.
func (t *Trial) Run(tb testing.TB) {
	tb.Helper()
	began := time.Now()
	c, dir := clock.NewJump(), scratch(tb)
	units, err := specimen.StartPair(context.Background(), specimen.Options{Addr: address(), Clock: c, Faults: t.Faults, Honest: t.Honest, Dir: dir, MDNS: true})
	if err != nil {
		tb.Fatal(err)
	}
	defer units.Close()
	if err := os.MkdirAll(filepath.Join(dir, "also"), 0o700); err != nil {
		tb.Fatal(err)
	}
	path, err := units.WriteDeviceFileOf(dir, t.Edition)
	if err != nil {
		tb.Fatal(err)
	}
	if t.Rewrite != nil {
		rewrite(tb, path, t.Rewrite)
	}
	f, err := device.Load(path)
	if err != nil {
		tb.Fatal(err)
	}
	if t.Amend != nil {
		t.Amend(f)
	}
	t.Dir = filepath.Join(dir, "run")
	rec, err := evidence.Create(t.Dir)
	if err != nil {
		tb.Fatal(err)
	}
	defer rec.Close()
	a, b := door(tb, "A", units.Devices()[0], f, c), door(tb, "B", units.Devices()[1], f, c)
	supplier, err := specimen.StartSupplier(specimen.Options{Addr: aside(units.Devices()[0].Addr()), Faults: t.Faults, Honest: t.Honest})
	if err != nil {
		tb.Fatal(err)
	}
	defer supplier.Close()
	if a.Web, err = supplier.Door(f); err != nil {
		tb.Fatal(err)
	}
	o := harness.Opening{Run: "loop", Target: "specimen", Edition: t.Edition, State: device.Initialised, StateShownBy: "the loop", Hazards: []string{"none"},
		Allowed: provisions.Disruptive, Effort: t.Effort, Only: t.Only, Parameters: harness.Parameters(), JumpClock: !t.AsReal}
	o.Authorisation, o.Identity.Identification = f.Authorised, f.Device
	if t.State != "" {
		o.State = t.State
	}
	if o.Effort == "" {
		o.Effort = harness.Normal
	}
	if t.Single {
		b = nil
	} else {
		o.Twin = &harness.Identity{Name: "twin"}
	}
	r := &harness.Run{Opening: o, Record: rec, Clock: c}
	if t.Also {
		other := provisions.Editions()[0]
		if other == t.Edition {
			other = provisions.Editions()[1]
		}
		also := filepath.Join(dir, "also")
		if path, err = units.WriteDeviceFileOf(also, other); err == nil {
			r.Also, err = device.Load(path)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if t.Outcomes, err = r.Start(context.Background(), a, b); err != nil {
		tb.Fatal(err)
	}
	if err := rec.Err(); err != nil {
		tb.Fatal(err)
	}
	t.Secrets, t.Took = units.Secrets(), time.Since(began)
}

// rewrite changes a file's text, and fails the test where nothing changed.
func rewrite(tb testing.TB, path string, change func(string) string) {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	text := change(string(b))
	if text == string(b) {
		tb.Fatalf("the rewriting changes nothing in %s", path)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
}

func door(tb testing.TB, name string, d *specimen.Device, f *device.File, c clock.Clock) *dial.Device {
	tb.Helper()
	o := dial.Options{PerSecond: 1 << 20}
	gate, err := o.Door(dial.Scope{Addresses: d.Addresses(), Ports: d.Ports()})
	if err != nil {
		tb.Fatal(err)
	}
	return dial.New(name, gate, f, c)
}

// Broken are the units that came out FAIL or have a FAIL proposed, and those whose declaration was contradicted.
func (t *Trial) Broken() (failed, contradicted []string) {
	for _, o := range t.Outcomes {
		switch {
		case o.Verdict == harness.Fail || o.Proposal != nil && o.Proposal.Verdict == harness.Fail:
			failed = append(failed, o.Unit)
		case strings.HasPrefix(o.Reason, "declaration contradicted"):
			contradicted = append(contradicted, o.Unit)
		}
	}
	slices.Sort(failed)
	slices.Sort(contradicted)
	return
}

// Clause runs the loop for the units of a clause: what a fault breaks elsewhere is that clause's affair.
func Clause(t *testing.T, clause string) { through(t, []string{clause}) }

// Whole runs the loop with every suite that is declared: a fault must break exactly its units, whichever clause they are of.
func Whole(t *testing.T) { through(t, nil) }

func through(t *testing.T, only []string) {
	for _, e := range provisions.Editions() {
		auto := harness.Automatic(e)
		maps.DeleteFunc(auto, func(unit, _ string) bool { return only != nil && !strings.HasPrefix(unit, only[0]+"-") })
		t.Run(string(e), func(t *testing.T) {
			whole := &Trial{Edition: e, Only: only}
			if testing.Short() { // with the race detector one trial shows races as well as a hundred
				whole.Effort = harness.Quick
			}
			t.Run("conformant", func(t *testing.T) { conformant(t, whole) })
			if testing.Short() {
				return
			}
			for _, h := range specimen.HonestVariants() {
				if spared(e, h, auto) && anew(e, namedBy(e, h, auto), namedBy(provisions.V21, h, auto)) {
					t.Run("honest="+h, func(t *testing.T) {
						units := only
						if specimen.OfSupplier(h) {
							units = selected(e, only, h, auto)
						}
						conformant(t, &Trial{Edition: e, Only: units, Honest: []string{h}, Effort: enough(namedBy(e, h, auto)), Single: h == "label-password-single-unit"})
					})
				}
			}
			for _, f := range specimen.Faults() {
				breaks, contradicts := declared(e, f, auto)
				olderB, olderC := declared(provisions.V21, f, auto)
				if len(breaks)+len(contradicts) > 0 && (specimen.OfDeclaration(f) || anew(e, slices.Concat(breaks, contradicts), slices.Concat(olderB, olderC))) {
					t.Run("fault="+f, func(t *testing.T) {
						faulty(t, &Trial{Edition: e, Only: selected(e, only, f, auto), Faults: []string{f}, Effort: enough(breaks)}, breaks, contradicts)
					})
				}
			}
		})
	}
}

// conformant runs a trial that must have no FAIL and no contradiction.
func conformant(t *testing.T, trial *Trial) {
	trial.Run(t)
	failed, contradicted := trial.Broken()
	if len(failed)+len(contradicted) > 0 {
		t.Errorf("a conformant device: FAIL %v, contradicted %v\n%s", failed, contradicted, trial.say(append(failed, contradicted...)))
	}
	if open := trial.open(); len(open) > 0 && len(trial.Honest) == 0 {
		t.Errorf("a complete declaration, with pages, leaves units open that judge it:\n%s", trial.say(open))
	}
	trial.check(t)
}

// selected are the units that a fault is held against: all, or for one of the declaration those that judge a declaration, for one of
// the supplier's pages those that read pages, and those that it is said to reach.
func selected(e provisions.Edition, only []string, fault string, auto map[string]string) []string {
	reached := conceptual
	if specimen.OfSupplier(fault) {
		reached = reading
	} else if !specimen.OfDeclaration(fault) {
		return only
	}
	breaks, contradicts := declared(e, fault, auto)
	out := slices.Concat(breaks, contradicts)
	for unit := range auto {
		if reached(e, unit) && !slices.Contains(out, unit) {
			out = append(out, unit)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// conceptual tells whether a unit judges the declaration.
func conceptual(e provisions.Edition, unit string) bool {
	u, ok := provisions.Must().Unit(e, unit)
	if !ok {
		return false
	}
	c, ok := provisions.Must().Case(e, u.Case)
	return ok && strings.HasPrefix(c.Kind, "conceptual") && slices.Contains(u.Method.Rungs, provisions.Declared)
}

// reading tells whether a unit reads the supplier's pages.
func reading(e provisions.Edition, unit string) bool {
	u, ok := provisions.Must().Unit(e, unit)
	return ok && slices.Contains(u.Method.Rungs, provisions.Web)
}

func faulty(t *testing.T, trial *Trial, breaks, contradicts []string) {
	trial.Run(t)
	failed, contradicted := trial.Broken()
	if !slices.Equal(failed, breaks) || !slices.Equal(contradicted, contradicts) {
		t.Errorf("FAIL %v, declared %v; contradicted %v, declared %v\n%s", failed, breaks, contradicted, contradicts,
			trial.say(slices.Concat(failed, breaks, contradicted, contradicts)))
	}
	trial.check(t)
}

// open are the units that judge a declaration or the supplier's pages and neither PASS nor have a PASS proposed.
func (t *Trial) open() (out []string) {
	for _, o := range t.Outcomes {
		if (conceptual(t.Edition, o.Unit) || slices.Contains(o.Climbed, provisions.Web) && !walked(t.Edition, o.Unit)) && o.Verdict == harness.Inconclusive && (o.Proposal == nil || o.Proposal.Verdict != harness.Pass) {
			out = append(out, o.Unit)
		}
	}
	return out
}

// walked tells whether a unit also wants somebody who goes by what the page says.
func walked(e provisions.Edition, unit string) bool {
	u, ok := provisions.Must().Unit(e, unit)
	return ok && slices.Contains(u.Method.Rungs, provisions.Operator)
}

// say lists units with their reasons.
func (t *Trial) say(units []string) string {
	var b strings.Builder
	for _, o := range t.Outcomes {
		if slices.Contains(units, o.Unit) {
			fmt.Fprintf(&b, "  %s %s: %s\n", o.Unit, o.Verdict, o.Reason)
		}
	}
	return b.String()
}

// check replays the trial, whole and in part, and looks for secrets in its directory.
func (t *Trial) check(tb testing.TB) {
	tb.Helper()
	past, err := harness.Read(t.Dir)
	if err != nil {
		tb.Fatal(err)
	}
	evidence.Forget()
	again, _, err := past.Replay(nil)
	if err != nil {
		tb.Fatal(err)
	}
	if was, is := spell(t.Outcomes), spell(again); was != is {
		tb.Errorf("the replay differs: %v\nwas %s\n is %s", past.Differences(again), was, is)
	}
	if len(t.Outcomes) > 0 {
		one := t.Outcomes[len(t.Outcomes)/2].Unit
		part, _, err := past.Replay([]string{one})
		if err != nil {
			tb.Fatal(err)
		}
		for _, d := range past.Differences(part) {
			tb.Errorf("replay --only %s: %s", one, d)
		}
	}
	t.leaks(tb)
}

func spell(o []harness.Outcome) string {
	b, _ := json.Marshal(o)
	return string(b)
}

// leaks looks for every secret of the specimen, in all spellings, in every file of the run.
func (t *Trial) leaks(tb testing.TB) {
	var spellings []string
	for _, s := range t.Secrets {
		if len(s) >= evidence.MinCut {
			spellings = append(spellings, evidence.Spellings(s)...)
		}
	}
	finder := evidence.NewFinder(spellings)
	filepath.WalkDir(t.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if i, s := finder.Find(b); i >= 0 {
			tb.Errorf("%s holds a secret of the specimen: …%s…", filepath.Base(path), b[max(0, i-60):min(len(b), i+len(s)+20)])
		}
		return nil
	})
}

// declared are the units that the catalogue says a fault breaks and contradicts, as far as suites here judge them.
func declared(e provisions.Edition, fault string, auto map[string]string) (breaks, contradicts []string) {
	for _, f := range provisions.Must().Faults() {
		if f.Name == fault {
			return named(e, f.Breaks, auto), named(e, f.Contradicts, auto)
		}
	}
	return nil, nil
}

func named(e provisions.Edition, refs []provisions.Ref, auto map[string]string) (out []string) {
	for _, r := range refs {
		if _, ok := auto[r.Unit]; ok && (r.Edition == "" || r.Edition == e) && !slices.Contains(out, r.Unit) {
			out = append(out, r.Unit)
		}
	}
	slices.Sort(out)
	return out
}

func spared(e provisions.Edition, variant string, auto map[string]string) bool {
	return len(namedBy(e, variant, auto)) > 0
}

// namedBy are the units that an honest variant must leave alone, as far as suites here judge them.
func namedBy(e provisions.Edition, variant string, auto map[string]string) []string {
	for _, h := range provisions.Must().Honest() {
		if h.Variant == variant {
			return named(e, h.Spares, auto)
		}
	}
	return nil
}

// anew tells whether a trial shows anything in an edition that it did not show in the older one: other units, or units whose
// method is another there. The judging code is the same for both.
func anew(e provisions.Edition, units, older []string) bool {
	if e == provisions.V21 || !slices.Equal(units, older) {
		return true
	}
	return slices.ContainsFunc(units, func(id string) bool {
		a, okA := provisions.Must().Unit(provisions.V21, id)
		b, okB := provisions.Must().Unit(e, id)
		return okA != okB || okA && a.Method.Procedure != b.Method.Procedure
	})
}

// enough is the effort that a trial needs: to convict, a quick run tries as well as a normal one, but for update attacks and
// guesses, of which it makes few. What must be acquitted whole is the conformant device, at normal effort.
func enough(units []string) harness.Effort {
	if slices.ContainsFunc(units, func(u string) bool { return strings.HasPrefix(u, "5.3-") || u == "5.1-5-2b" }) {
		return harness.Normal
	}
	return harness.Quick
}
