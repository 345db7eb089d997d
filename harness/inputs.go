package harness

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/answers"
	"github.com/secure-by-design/assay/harness/evidence"
	"github.com/secure-by-design/assay/provisions"
)

// Inputs are what a judgement of a unit rests on in this run, by hash: the method, the model, the firmware where the unit
// tests the device, the claim, the tables of the device file that the method names, and the answers that the device gave to
// the unit. A person's answer carries them, so that another run knows whether it may be taken over.
func (p *Past) Inputs(unit string) (in []answers.Input) {
	add := func(what string, v any) {
		b, _ := json.Marshal(v)
		sum := sha256.Sum256(b)
		in = append(in, answers.Input{What: what, SHA256: hex.EncodeToString(sum[:])})
	}
	u, ok := provisions.Must().Unit(p.Opening.Edition, unit)
	if !ok {
		return nil
	}
	m, of := u.Method, p.Opening.Identity
	add("the method", []string{m.Procedure, m.FailsWhen, m.PassesWhen, m.Cap})
	add("the model", []string{of.Manufacturer, of.Model})
	if c, ok := provisions.Must().Case(p.Opening.Edition, u.Case); ok && strings.Contains(c.Kind, "functional") {
		add("the firmware", []string{of.Firmware, of.Hardware})
	}
	if pr, ok := provisions.Must().Provision(p.Opening.Edition, u.Provision); ok && p.File != nil && !pr.Beyond {
		c := p.File.Claims(pr.ID)
		add("ICS: "+string(pr.ID), []string{c.Support, c.Detail})
	}
	var tables []string
	for _, n := range m.Needs {
		if n.Kind == provisions.NeedsTable && n.Table != "ICS" && !slices.Contains(tables, n.Table) {
			tables = append(tables, n.Table)
		}
	}
	for _, t := range tables {
		if v, ok := p.tableOf(t); ok {
			add("device file: "+t, v)
		}
	}
	return append(in, p.answersTo(unit)...)
}

// tableOf is a declared table whole, typed keys and all.
func (p *Past) tableOf(name string) (any, bool) {
	if p.File == nil {
		return nil, false
	}
	x := reflect.ValueOf(p.File.IXIT)
	for i := range x.NumField() {
		f := x.Type().Field(i)
		key, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if (key == name || f.Tag.Get("v31") == name) && !x.Field(i).IsNil() {
			return x.Field(i).Interface(), true
		}
	}
	return nil, false
}

var handle = regexp.MustCompile(`secret:[0-9a-f]{24}`)

// answersTo are the device's answers to a unit, by question. What is another in each run and says nothing of the device is
// levelled: its addresses, and the handles of secrets.
func (p *Past) answersTo(unit string) (in []answers.Input) {
	level := func(s string) string {
		for _, a := range p.Opening.Identity.Addresses {
			s = strings.ReplaceAll(s, a, "DEVICE")
		}
		seen := map[string]string{}
		return handle.ReplaceAllStringFunc(s, func(h string) string {
			if seen[h] == "" {
				seen[h] = fmt.Sprintf("secret:#%d", len(seen)+1)
			}
			return seen[h]
		})
	}
	var all []evidence.Event
	for k, events := range p.byUnit {
		if strings.HasPrefix(k, unit+" ") {
			all = append(all, events...)
		}
	}
	slices.SortStableFunc(all, func(a, b evidence.Event) int { return a.N - b.N }) // levelled, several questions are one
	said := map[string][]string{}
	for _, e := range all {
		what := "answer: " + level(e.Device+" "+e.Key)
		said[what] = append(said[what], level(evidence.Compact(e.Answer)+e.Error))
	}
	for what, list := range said {
		sum := sha256.Sum256([]byte(strings.Join(list, "\n")))
		in = append(in, answers.Input{What: what, SHA256: hex.EncodeToString(sum[:])})
	}
	slices.SortFunc(in, func(a, b answers.Input) int { return strings.Compare(a.What, b.What) })
	return in
}
