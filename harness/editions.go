package harness

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// One record, two editions. Most units ask the same in both: the record of a run in one edition answers them in the other. What
// only the other edition asks is run apart, after the run's own plan, under names such as "5.1-2A-2a@V3.1".

// alsoFile is how the record names the device file of the other edition.
const alsoFile = "device file of the other edition"

// also plans what the other edition asks and the run's own does not: whole cases, since their units hand things on.
func (r *Run) also(dut *DUT) (phase, error) {
	e, err := provisions.ParseEdition(r.Also.Edition)
	if err != nil || e == r.Opening.Edition {
		return phase{}, fmt.Errorf("judge in both editions: the second device file, %s, is of edition %q as well: give one of the other edition", r.Also.Path, r.Also.Edition)
	}
	view := &DUT{Name: dut.Name, File: r.Also, of: dut, by: e, run: r, dev: dut.dev, twin: dut.twin}
	if dut.twin != nil {
		view.twin = &DUT{Name: dut.twin.Name, File: r.Also, of: dut.twin, by: e, run: r, dev: dut.twin.dev}
	}
	p := read(view, e)
	if err := p.choose(r.Opening.Only); err != nil {
		return phase{}, err
	}
	p.cases = slices.DeleteFunc(p.cases, func(c *testCase) bool { return !slices.ContainsFunc(c.units, r.unlike) })
	for _, c := range p.cases {
		for _, u := range c.units {
			u.apart = e
		}
	}
	p.order()
	r.Opening.Also, r.Opening.AlsoPlan = e, p.units()
	return phase{view, p}, nil
}

// unlike tells whether the run's own edition has no unit that asks the same.
func (r *Run) unlike(u *unit) bool {
	_, ok := provisions.Must().Unit(r.Opening.Edition, u.id)
	return u.edition != "" || !ok
}

// As is the record as one of the other edition: its units answer from what was asked in the run's own, or from what was run
// apart for them. f is the device file of that edition; nil is the one that the record keeps.
func (p *Past) As(e provisions.Edition, f *device.File) (*Past, error) {
	if e == p.Opening.Edition {
		return p, nil
	}
	if f == nil {
		f = p.AlsoFile
	}
	if f == nil && p.File != nil && p.Opening.DeviceFile != "" {
		return nil, fmt.Errorf("judge the record in edition %s: it keeps a device file of %s alone: give one of %s with --device; assay migrate begins it", e, p.Opening.Edition, e)
	}
	if f != nil && f.Edition != string(e) {
		return nil, fmt.Errorf("judge the record in edition %s: the device file %s is of edition %q", e, f.Path, f.Edition)
	}
	f = alsoWith(p.Opening.Supplied, f)
	q := *p
	q.Opening.Edition, q.File, q.next = e, f, map[string]int{}
	if f != nil {
		q.Opening.ICS = f.ICS
	}
	apart := "@" + string(e)
	q.planned, q.judged = own(p.planned, apart), own(p.judged, apart)
	q.begun, q.byUnit = own(p.begun, apart), transcripts(p.byUnit, apart)
	q.Outcomes, q.Opening.DeviceFile = nil, p.Opening.AlsoFile
	return &q, nil
}

// Other is the matrix of the other edition in which the record was to be judged as well; nil where it was not.
func (p *Past) Other() (*Matrix, error) {
	if p.Opening.Also == "" {
		return nil, nil
	}
	as, err := p.As(p.Opening.Also, nil)
	if err != nil {
		return nil, err
	}
	out, r, err := as.Replay(nil)
	if err != nil {
		return nil, err
	}
	return as.MatrixOf(r, out), nil
}

// own renames what was run apart, which stands before what has the same name in the run's own edition.
func own[V any](all map[string]V, apart string) map[string]V {
	out := map[string]V{}
	for unit, v := range all {
		if !strings.Contains(unit, "@") {
			out[unit] = v
		}
	}
	for unit, v := range all {
		if id, ok := strings.CutSuffix(unit, apart); ok {
			out[id] = v
		}
	}
	return out
}

// transcripts does the same for what units were given, by unit, device and key: one that was run apart has nothing else.
func transcripts(all map[string][]evidence.Event, apart string) map[string][]evidence.Event {
	again := map[string]bool{}
	for k := range all {
		unit, _, _ := strings.Cut(k, " ")
		if id, ok := strings.CutSuffix(unit, apart); ok {
			again[id] = true
		}
	}
	out := maps.Clone(all)
	for k, list := range all {
		unit, rest, _ := strings.Cut(k, " ")
		switch id, ok := strings.CutSuffix(unit, apart); {
		case ok:
			out[id+" "+rest] = list
		case again[unit]:
			if _, too := all[unit+apart+" "+rest]; !too {
				delete(out, k)
			}
		}
	}
	return out
}
