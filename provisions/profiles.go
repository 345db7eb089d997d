package provisions

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Profile is a rule book (a law, a label, a guideline, or the standard itself) as it is held against a run.
//
//	p, _ := provisions.Must().Profile("uk-psti")
//	fmt.Println(p.Title, p.Edition, p.Selection(), len(p.Questions()))
type Profile struct {
	Name         string         `json:"name"`
	Title        string         `json:"title"`
	Kind         string         `json:"kind"`            // standard, law, label, readiness or guidance
	Edition      Edition        `json:"edition"`         // that its ids are of: a run of another one shows nothing
	Rule         string         `json:"rule"`            // device, all or mandatory: see the constants
	AsOf         string         `json:"as_of,omitempty"` // the day until which its sources are known to speak; "" where nobody wrote it down
	Requirements []*Requirement `json:"requirements"`
}

// Kinds of a profile. Readiness never says "met": what it speaks of is decided by somebody else.
const (
	OfStandard  = "standard"
	OfLaw       = "law"
	OfLabel     = "label"
	OfReadiness = "readiness"
	OfGuidance  = "guidance"
)

// Pass rules: the device's verdict, every row, or every row in its mandatory provisions alone.
const (
	RuleDevice    = "device"
	RuleAll       = "all"
	RuleMandatory = "mandatory"
)

// Requirement is one row of a rule book.
type Requirement struct {
	Book       string   `json:"book"`
	ID         string   `json:"id"`
	Kind       string   `json:"kind"` // rule, row, ask, trip, route, note: see the constants
	Summary    string   `json:"summary"`
	Provisions []string `json:"provisions,omitempty"` // as written: "5.1-1", "5.2-3(p)" in part, "5.4-1..5.4-4"
	Maps       []Mapped `json:"-"`                    // the same, one by one; without home-gateway provisions
	Ours       bool     `json:"ours"`                 // the mapping is ours, the source does not name provisions
	Source     string   `json:"source"`
	Primary    bool     `json:"primary"`          // the source is the primary one
	Read       string   `json:"read,omitempty"`   // the day on which the primary source was read, as 2027-01-31
	Confidence string   `json:"confidence"`       // high, medium, medium-low, low; "ours" where nobody else asks it
	Beyond     []ID     `json:"beyond,omitempty"` // provisions beyond the standard that support it
}

// Kinds of a requirement.
const (
	RowRule  = "rule"  // the pass rule, in words
	RowMaps  = "row"   // its provisions decide
	RowAsks  = "ask"   // a person is asked; provisions that it names must hold too
	RowTrips = "trip"  // a restriction: where it bites, the book says less
	RowRoute = "route" // another way to compliance: a label that is held
	RowNotes = "note"  // told, decides nothing
)

// A Mapped is one provision to which a requirement is mapped.
type Mapped struct {
	ID   ID
	Part bool // covers it in part
}

// Key names a requirement in an answer sheet: "uk-psti-2023:S4-1".
func (q *Requirement) Key() string { return q.Book + ":" + q.ID }

// Hearsay tells that the row was written from general knowledge: it is never shown as law.
func (q *Requirement) Hearsay() bool { return strings.Contains(q.Source, "general knowledge") }

// A Recognition is an edge of the graph of mutual recognition: which label stands for which.
type Recognition struct {
	ID         string   `json:"id"`
	From       []string `json:"from"` // profiles, or a name in brackets that is none of ours
	To         string   `json:"to"`
	Scope      string   `json:"scope"`
	Since      string   `json:"since,omitempty"`
	Source     string   `json:"source"`
	Primary    bool     `json:"primary"`
	Read       string   `json:"read,omitempty"`
	Confidence string   `json:"confidence"`
}

// StaleAfter is the age at which a profile is to be checked before use.
const StaleAfter = 90 * 24 * time.Hour

// Stale tells whether a profile is to be checked before use on a day. The standard itself does not age; a profile of which
// nobody wrote down until when its sources speak is always to be checked.
func (p *Profile) Stale(day time.Time) bool {
	if p.Kind == OfStandard {
		return false
	}
	at, err := time.Parse(time.DateOnly, p.AsOf)
	return err != nil || day.Sub(at) > StaleAfter
}

// Statement is the pass rule in words, as the rows of kind rule say it.
func (p *Profile) Statement() string {
	switch p.Rule {
	case RuleDevice:
		return "the device's verdict: every claimed provision PASS, every mandatory one that applies claimed, and a valid ICS"
	case RuleMandatory:
		return "ours, there is no official one: every mandatory provision that a row names holds; recommendations are shown and decide nothing"
	}
	if said := p.of(RowRule); len(said) > 0 {
		return said[0].Summary
	}
	if len(p.Requirements) > 0 && p.Requirements[0].ID == "MANDATORY" {
		return p.Requirements[0].Summary
	}
	return "ours, there is no official one: every row holds"
}

// Selection is the provisions that the profile looks at, in the order of its rows; none: all of the edition.
func (p *Profile) Selection() []ID {
	var ids []ID
	for _, q := range p.Requirements {
		if q.Kind != RowMaps && q.Kind != RowAsks {
			continue
		}
		for _, m := range q.Maps {
			if !slices.Contains(ids, m.ID) {
				ids = append(ids, m.ID)
			}
		}
	}
	return ids
}

// Questions are the rows that a person has to answer.
func (p *Profile) Questions() []*Requirement { return p.of(RowAsks, RowTrips, RowRoute) }

// Restrictions are the tripwires.
func (p *Profile) Restrictions() []*Requirement { return p.of(RowTrips) }

func (p *Profile) of(kinds ...string) (out []*Requirement) {
	for _, q := range p.Requirements {
		if slices.Contains(kinds, q.Kind) {
			out = append(out, q)
		}
	}
	return out
}

// Sources are those of the rows, each once.
func (p *Profile) Sources() (out []string) {
	for _, q := range p.Requirements {
		if !slices.Contains(out, q.Source) {
			out = append(out, q.Source)
		}
	}
	return out
}

var bookConfidences = []string{"low", "ours", "medium-low", "medium", "high"}

// Confidence is the weakest of the rows that decide; high for the standard itself.
func (p *Profile) Confidence() string {
	least := "high"
	for _, q := range p.of(RowMaps, RowAsks, RowTrips) {
		if slices.Index(bookConfidences, q.Confidence) < slices.Index(bookConfidences, least) {
			least = q.Confidence
		}
	}
	return least
}

// Profiles returns all profiles, in the order of rulebooks.tsv.
func (c *Catalogue) Profiles() []*Profile { return c.profiles }

// Profile finds a profile by its name. The error lists near names.
func (c *Catalogue) Profile(name string) (*Profile, error) {
	var names []string
	for _, p := range c.profiles {
		if strings.EqualFold(p.Name, name) {
			return p, nil
		}
		names = append(names, p.Name)
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(edits(name, a), edits(name, b)) })
	return nil, fmt.Errorf("no profile %q\nnear: %s; assay list --profiles lists all", name, strings.Join(names[:min(4, len(names))], ", "))
}

// Recognitions returns the graph of mutual recognition.
func (c *Catalogue) Recognitions() []*Recognition { return c.recognitions }

// Opens returns the edges that lead away from a label: the markets that it opens. They do not chain.
func (c *Catalogue) Opens(profile string) (out []*Recognition) {
	for _, e := range c.recognitions {
		if slices.Contains(e.From, profile) {
			out = append(out, e)
		}
	}
	return out
}

// expand turns "5.4-1..5.4-4", "5.2-3(p)" and "5.1-1" into provisions; what is no provision of the tables is left out.
func expand(refs []string) (out []Mapped) {
	for _, ref := range refs {
		bare := strings.TrimSuffix(ref, "(p)")
		if strings.HasPrefix(bare, "HG") {
			continue
		}
		if m := rangePattern.FindStringSubmatch(bare); m != nil {
			from, _ := strconv.Atoi(m[2])
			to, _ := strconv.Atoi(m[4])
			for i := from; i <= to; i++ {
				out = append(out, Mapped{ID: ID(m[1] + strconv.Itoa(i)), Part: bare != ref})
			}
			continue
		}
		out = append(out, Mapped{ID: ID(bare), Part: bare != ref})
	}
	return out
}
