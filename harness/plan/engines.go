package plan

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/secure-by-design/assay/harness"
	"github.com/secure-by-design/assay/harness/device"
	"github.com/secure-by-design/assay/provisions"
)

// An engine is work that several units share and that is done once. Minutes by effort are design values, to be measured.
type engine struct {
	name                string
	units               []string // ids, or the beginnings of some
	attended            int
	quick, normal, long int
}

//go:embed engines.tsv
var engineData string

var engines = sync.OnceValue(func() []engine {
	out, err := readEngines(engineData)
	if err != nil {
		panic(err)
	}
	return out
})

func readEngines(data string) (out []engine, err error) {
	for n, line := range strings.Split(strings.TrimRight(data, "\n"), "\n") {
		f := strings.Split(line, "\t")
		if n == 0 {
			continue
		}
		if len(f) != 6 {
			return nil, fmt.Errorf("harness/plan/engines.tsv:%d: %d columns, want 6", n+1, len(f))
		}
		e := engine{name: f[0], units: strings.Split(f[1], ", ")}
		for i, to := range []*int{&e.attended, &e.quick, &e.normal, &e.long} {
			if *to, err = strconv.Atoi(f[i+2]); err != nil {
				return nil, fmt.Errorf("harness/plan/engines.tsv:%d: %q is no number of minutes", n+1, f[i+2])
			}
		}
		out = append(out, e)
	}
	return out, nil
}

func (e engine) minutes(effort harness.Effort) int {
	switch effort {
	case harness.Quick:
		return e.quick
	case harness.Long:
		return e.long
	}
	return e.normal
}

// total counts the plan up.
func (p *Plan) total(w Wish) {
	counted := map[string]bool{}
	for _, e := range engines() {
		b := Block{What: e.name, Minutes: e.minutes(w.Effort)}
		for _, u := range p.Units {
			if u.Way == ByItself && slices.ContainsFunc(e.units, func(id string) bool { return strings.HasPrefix(u.Unit, id) }) {
				b.Units = append(b.Units, u.Unit)
				counted[u.Unit] = true
			}
		}
		if len(b.Units) == 0 {
			continue
		}
		p.Unattended += b.Minutes
		if b.Minutes >= 10 {
			p.Blocks = append(p.Blocks, b)
		}
	}
	seconds := 0
	by := map[Sitting]*Prompt{}
	for _, u := range p.Units {
		p.Count[u.Way]++
		if u.Way == ByItself && !counted[u.Unit] {
			seconds += perUnit
		}
		if u.Leaves != "" && !slices.Contains(p.Lasting, u.Leaves) {
			p.Lasting = append(p.Lasting, u.Leaves)
		}
		if u.Way == Person {
			if by[u.Sitting] == nil {
				by[u.Sitting] = &Prompt{Sitting: u.Sitting, What: asked[u.Sitting]}
			}
			by[u.Sitting].Minutes += u.Attended
			by[u.Sitting].Units = append(by[u.Sitting].Units, u.Unit)
		}
	}
	p.Unattended += (seconds + 59) / 60
	p.Prompts = append(p.Prompts, opening(w)...)
	for _, s := range []Sitting{Arrival, Middle, End} {
		if by[s] != nil {
			p.Prompts = append(p.Prompts, *by[s])
		}
	}
	slices.SortStableFunc(p.Prompts, order)
	for _, q := range p.Prompts {
		p.Attended += q.Minutes
	}
}

var asked = map[Sitting]string{
	Arrival: "look at device, label, manual and photos, and judge",
	Middle:  "do by hand what no operation does, and judge",
	End:     "read what is declared and proposed, and judge: assay answer",
}

// opening is what is asked before anything is sent.
func opening(w Wish) (out []Prompt) {
	add := func(what string) { out = append(out, Prompt{Sitting: Arrival, What: what, Minutes: 1}) }
	if w.File == nil || w.File.Authorised == nil {
		add("who tests, for whom, and by what right")
	}
	if w.File == nil || w.File.State == "" || w.File.State == device.Unknown {
		add("has somebody finished the device's set-up?")
	}
	if w.Allowed > provisions.Gentle && (w.File == nil || len(w.File.Hazards) == 0) {
		add("does the device move, heat, lock, sound, or can it hurt otherwise?")
	}
	return out
}

// leaves says what a unit's operations leave behind, as far as it is not put back.
func (m *maker) leaves(u *provisions.Unit) string {
	ops := u.Method.Ops()
	switch {
	case slices.Contains(ops, "offer-update") && !slices.ContainsFunc([]string{"reimage", "write-image"}, func(o string) bool { return m.File != nil && slices.Contains(m.operations(), o) }):
		return "another firmware may stay: the device file has no operation reimage or write-image"
	case slices.Contains(ops, "offer-update"):
		return "the firmware is written again and again; the genuine image is put back at the end"
	case slices.Contains(ops, "factory-reset"), slices.Contains(ops, "delete-user-data"):
		return "user data and settings of the sample are erased; it is set up again as the device file says, and nothing brings the data back"
	}
	return ""
}
