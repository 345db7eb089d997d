// Package draft writes a device file from what was observed, for a person to finish.
//
// Its one idea is that a draft claims nothing that was not seen: each row stands below the line of the record that it
// rests on, and what a person must say is a TODO and stays empty, so that assay check lists it as a gap.
//
//	seen, err := draft.From(past)
//	b, err := draft.Write(seen, nil, provisions.V21)
package draft

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/harness/device/text"
	"github.com/secure-by-design/assay/provisions"
)

// maxServices are drafted at most; a device with more is for a person to sort.
const maxServices = 48

// Write is the text of a device file. Where one was begun, its sections and tables stay as they stand, and only what it
// has not is added. The text is a device file that device.Parse takes.
func Write(s *Seen, begun *device.File, e provisions.Edition) ([]byte, error) {
	for most := maxServices; ; most /= 2 {
		d, err := open(s, begun)
		if err != nil {
			return nil, err
		}
		w := &writer{d: d, s: s, e: e, begun: begun}
		w.write(most)
		b := d.Bytes()
		if len(b) > device.MaxSize && most > 1 {
			continue // names without end
		}
		if _, err := device.Parse("the draft", b); err != nil {
			return nil, fmt.Errorf("draft a device file of %s: %w", s.Dir, err)
		}
		return b, nil
	}
}

func open(s *Seen, begun *device.File) (*text.Document, error) {
	if begun != nil {
		return text.Open(begun)
	}
	head := "# yaml-language-server: $schema=" + device.SchemaFile + "\n" +
		"# Drafted from what was seen in " + text.Comment(s.Dir) + ": each \"seen:\" names its line in events.jsonl there.\n" +
		"# What is marked TODO only a person knows. assay check lists what is still missing.\n"
	f, err := device.Parse("a new draft", []byte(head+"device: {model: M}\n"))
	if err != nil {
		return nil, err
	}
	return text.Open(f)
}

// writer adds sections and tables to a document.
type writer struct {
	d     *text.Document
	s     *Seen
	e     provisions.Edition
	begun *device.File
}

func (w *writer) write(most int) {
	services, logins := w.s.Services[:min(most, len(w.s.Services))], w.s.Logins[:min(most, len(w.s.Logins))]
	w.section("device", w.identification())
	w.section("edition", []string{"edition: " + string(w.e)})
	w.section("state", w.state())
	w.section("hazards", []string{"# TODO hazards: [none], or what moves, heats, locks, … (assay schema lists them)"})
	w.section("authorised", []string{"# TODO authorised: {by: who tests, for: whom, right: owner, customer order or supplier permission}"})
	rows := rowsOf(w.s, w.e, services, logins)
	if w.begun != nil && w.begun.IXIT.AuthMech != nil {
		refer(rows["13-SoftServ"], *w.begun.IXIT.AuthMech)
	}
	w.tables(rows, len(w.s.Services)-len(services)+len(w.s.Logins)-len(logins))
	w.conditions()
	w.section("ics", w.ics())
}

// udpToo says what a record without answers of UDP lacks.
func udpToo(s *Seen) string {
	if s.UDP {
		return ""
	}
	return ", and services on UDP"
}

// refer names the log-ins of drafted services as a file that was begun names them.
func refer(services []row, mechs []device.AuthMech) {
	for i, r := range services {
		v := r.row.(device.SoftServ)
		v.AuthMechs = nil
		for _, m := range mechs {
			if slices.ContainsFunc(m.At, func(e device.Endpoint) bool { return e.Port == v.At[0].Port }) {
				v.AuthMechs = append(v.AuthMechs, m.ID)
			}
		}
		services[i].row = v
	}
}

// section adds one that was not begun.
func (w *writer) section(name string, lines []string) {
	if w.begun == nil || w.d.Lines(name) == nil {
		w.d.Section(name, lines)
	}
}

func (w *writer) identification() []string {
	id, by := w.s.Identity, " # seen: line 1, open: by discovery"
	if w.s.Declared {
		by = " # seen: line 1, open: by discovery, or declared for that run"
	}
	out := []string{"device:"}
	line := func(key, value string) {
		if value == "" {
			out = append(out, "  # TODO "+key+":")
			return
		}
		out = append(out, "  "+key+": "+text.Quote(value)+by)
	}
	line("manufacturer", words(id.Manufacturer))
	if model := words(id.Model); model != "" {
		line("model", model)
	} else {
		out = append(out, "  model: unknown # TODO the designation on the label; it is called "+text.Quote(words(id.Name))+" on the network")
	}
	line("hardware", words(id.Hardware))
	line("firmware", words(id.Firmware))
	line("serial", words(id.Serial))
	macs := id.MACs
	if id.MAC != "" && !slices.Contains(macs, id.MAC) {
		macs = append(slices.Clone(macs), id.MAC)
	}
	if len(macs) == 0 {
		out = append(out, "  # TODO macs: []")
	} else {
		out = append(out, "  macs: "+text.Flow(reflect.ValueOf(macs), w.e)+by)
	}
	return append(out, "  # it was seen at "+text.Comment(strings.Join(id.Addresses, ", ")))
}

func (w *writer) state() []string {
	if w.s.State == "" || w.s.State == device.Unknown {
		return []string{"# TODO state: factory, set-up or initialised: how far the set-up of the sample has come"}
	}
	return []string{"state: " + string(w.s.State) + " # seen: line 1, open"}
}

// tables adds those that were not begun, in the order of the standard. left counts what was too much to be written.
func (w *writer) tables(rows tables, left int) {
	var last string
	var missing []string
	for _, t := range provisions.Must().Tables(w.e) {
		if w.begun != nil {
			if _, declared := w.begun.Table(t.Name); declared {
				continue
			}
		}
		of := rows[t.Name]
		if of == nil && t.Name == "11-SecComMech" {
			of = rows["11-ComMech"]
		}
		if len(of) == 0 {
			missing = append(missing, t.Name)
			continue
		}
		last = t.Name
		lines := []string{"  " + t.Name + ":"}
		for _, r := range of {
			lines = append(lines, w.row(t, r)...)
		}
		if t.Name == "15-Intf" {
			lines = append(lines, "    # TODO the physical interfaces and radios, which were not looked at"+udpToo(w.s))
		}
		if left > 0 {
			lines = append(lines, fmt.Sprintf("    # TODO %d more services and log-ins were seen, and are left out here", left))
		}
		w.d.Table(t.Name, lines)
	}
	if last != "" && len(missing) > 0 {
		w.d.Table(last, append(w.d.TableLines(last), "  # TODO declare these too, or write none: "+strings.Join(missing, ", ")))
	}
}

// row is what it rests on, its fields, and what a person must fill in.
func (w *writer) row(t *provisions.Table, r row) (out []string) {
	out = append(out, "    # seen: "+text.Comment(strings.Join(r.seen, "; ")))
	one := reflect.New(reflect.SliceOf(reflect.TypeOf(r.row)))
	one.Elem().Set(reflect.Append(one.Elem(), reflect.ValueOf(r.row)))
	out = append(out, text.Rows(w.e, t.Name, one.Interface())[1:]...)
	given := map[string]bool{}
	for _, f := range text.Fields(reflect.ValueOf(r.row), w.e) {
		given[f.Key] = !f.Value.IsZero()
	}
	for _, field := range t.Fields {
		if !given[field] {
			out = append(out, "      # TODO "+field+":")
		}
	}
	for _, todo := range r.todo {
		out = append(out, "      # TODO "+todo)
	}
	return out
}

// conditions states those that the drafted tables show, and leaves the others to a person.
func (w *writer) conditions() {
	f, err := device.Parse("the draft", w.d.Bytes())
	if err != nil {
		return // said at the end
	}
	for _, under := range []string{"conditions", "features"} {
		var known, open []string
		for _, c := range device.Conditions(w.e) {
			if c.Feature() != (under == "features") {
				continue
			}
			if a, by := f.Shows(c.Name); a.Yes() {
				known = append(known, fmt.Sprintf("  %s: true # %s; seen: %s", c.Key(), c.Text, text.Comment(by)))
			} else {
				open = append(open, fmt.Sprintf("%s: true or false # %s", c.Key(), c.Text))
			}
		}
		if len(known)+len(open) == 0 {
			continue
		}
		lines, before := []string{under + ":"}, "  # TODO "
		if len(known) == 0 {
			lines, before = []string{"# TODO " + under + ":"}, "#   "
		}
		lines = append(lines, known...)
		for _, o := range open {
			lines = append(lines, before+o)
		}
		w.section(under, lines)
	}
}

// ics is a row a provision, for a person to claim.
func (w *writer) ics() []string {
	out := []string{"# TODO claim each provision: take the # away, and write Y and how, N and why, or N/A and why it does not apply", "# ics:"}
	for _, p := range provisions.Must().Provisions(w.e) {
		when := ""
		if len(p.Conditions) > 0 {
			when = ", if " + strings.Join(p.Conditions, " and ")
		}
		out = append(out, fmt.Sprintf("#   %s: {support: , detail: \"\"} # %s%s: %s", p.ID, p.Obligation, when, p.Summary))
	}
	return out
}
