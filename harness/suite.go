package harness

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/dial"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// A group is a provision as a suite declares it.
type group struct {
	id   provisions.ID
	at   types.CodeLocation
	body func(*DUT)
}

var groups []group

// Provision declares the units of a provision. Its id is one of the catalogue's; a second declaration panics.
// The body runs once for each run, before anything is asked, and only declares.
func Provision(id provisions.ID, body func(dut *DUT)) bool {
	if slices.ContainsFunc(groups, func(g group) bool { return g.id == id }) {
		panic(fmt.Sprintf("provision %s is declared twice", id))
	}
	known := false
	for _, e := range provisions.Editions() {
		_, ok := provisions.Must().Provision(e, id)
		known = known || ok
	}
	if !known {
		panic(fmt.Sprintf("provision %s is in no edition of the standard", id))
	}
	groups = append(groups, group{id, types.NewCodeLocation(1), body})
	return true
}

// A testCase holds the units of a case that this edition has.
type testCase struct {
	provision provisions.ID
	id        string
	units     []*unit
}

// A unit is a test unit as a suite declares it, and its row in the catalogue.
type unit struct {
	id, purpose string
	row         *provisions.Unit
	at          types.CodeLocation
	body        func(context.Context)
	apart       provisions.Edition // the other edition, for which alone it is run in this record
	decoration
}

// key is the unit's name in the record.
func (u *unit) key() string {
	if u.apart != "" {
		return u.id + "@" + string(u.apart)
	}
	return u.id
}

func (u *unit) notRun() Outcome {
	return Outcome{Unit: u.id, Edition: u.apart, Purpose: u.purpose, Verdict: Inconclusive, Reason: "not run"}
}

// decoration is what Decorations set.
type decoration struct {
	edition     provisions.Edition
	binds       device.State
	selfProving bool
	quota       string
	climbs      []provisions.Rung
	watches     []func(*DUT)
}

// A Decoration says more of a unit than its body does.
type Decoration func(*decoration)

// In restricts a unit to one edition: its letter means another thing in the other.
func In(e provisions.Edition) Decoration { return func(d *decoration) { d.edition = e } }

// Binds says in which state the provision binds. In another, or in an unknown one, the unit is INCONCLUSIVE
// "state not shown", and what was seen is a finding (rule STATE).
func Binds(s device.State) Decoration { return func(d *decoration) { d.binds = s } }

// SelfProving says that a FAIL needs no declaration: what was seen proves it (rule NO DECLARATION).
func SelfProving() Decoration { return func(d *decoration) { d.selfProving = true } }

// Quota names the number of tries that the method asks for; a quick run does not reach it and cannot PASS.
func Quota(what string) Decoration { return func(d *decoration) { d.quota = what } }

// Climbs names the rungs of the method that the body judges with; without it, lan alone.
func Climbs(r ...provisions.Rung) Decoration { return func(d *decoration) { d.climbs = r } }

// Begin makes a unit's watching start with the plan; the unit's Ask awaits it.
func Begin[A any](q Question[A]) Decoration {
	r := request{kind: evidence.Saw, key: Key(q), shape: Shape(reflect.TypeFor[A]()), level: levelOf(q, provisions.Gentle), subject: q}
	r.act = func(ctx context.Context, on *dial.Device) (any, error) { return q.Ask(ctx, on) }
	return func(d *decoration) { d.watches = append(d.watches, func(dut *DUT) { dut.watch(r) }) }
}

// reading is the plan that declarations are being read into.
var reading *plan

// TestCase declares a case of the provision.
func TestCase(id string, units func()) {
	p := reading
	if p == nil {
		panic("TestCase stands outside the body of a Provision")
	}
	if !strings.HasPrefix(id, string(p.provision)) {
		panic(fmt.Sprintf("case %s is not one of provision %s", id, p.provision))
	}
	p.cases = append(p.cases, &testCase{provision: p.provision, id: id})
	units()
	if c := p.cases[len(p.cases)-1]; len(c.units) == 0 {
		p.cases = p.cases[:len(p.cases)-1]
	}
}

// Unit declares a test unit of the case: its letter, its purpose in plain words, and its judgement.
// A body that returns is PASS if it asked anything.
func Unit(letter, purpose string, body func(ctx context.Context), more ...Decoration) {
	p := reading
	c := p.cases[len(p.cases)-1]
	u := &unit{id: c.id + letter, purpose: purpose, at: types.NewCodeLocation(1), body: body}
	if p.provision == provisions.ID(c.id) { // beyond the standard a provision is one case, and its first unit bears its name
		u.id = c.id
	}
	for _, m := range more {
		m(&u.decoration)
	}
	if u.climbs == nil {
		u.climbs = []provisions.Rung{provisions.LAN}
	}
	if u.edition != "" && u.edition != p.edition {
		return
	}
	row, ok := provisions.Must().Unit(p.edition, u.id)
	if !ok {
		p.foreign = append(p.foreign, u.id)
		return
	}
	u.row = row
	c.units = append(c.units, u)
}

// Forget drops all declarations. It is for tests that declare suites of their own.
func Forget() func() {
	old := groups
	groups = nil
	return func() { groups = old }
}
