// Package provisions is the standard as data: every provision of ETSI
// TS 103 645 / EN 303 645 in both editions, the test cases and test units of
// TS 103 701, the IXIT tables they read, how this project tests each unit, the
// faults and honest oddities that keep those tests honest, and the rule books
// (laws, labels, guidelines) that are mapped to it.
//
// Its one idea: editions are columns of one table. An id means nothing without
// its edition, because a unit's letter may mean another thing in the next one,
// so everything is found by edition and id:
//
//	c := provisions.Must()
//	u, _ := c.Unit(provisions.V21, "5.3-2-2b")
//	fmt.Println(u.Provision, u.Method.Level, u.Method.Rungs, u.Method.Cap)
//
// The tables lie in data/ and are read strictly: an unknown name, a gap or a
// duplicate in any of them is an error that names file and line. Ids,
// obligations and structure are facts of the standard; every sentence is ours.
// What has a Confidence below high is to be checked against the document.
package provisions

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Edition is one edition of the standard, under the one name it has here.
type Edition string

const (
	V21 Edition = "V2.1" // TS 103 645 V2.1.2, EN 303 645 V2.1.1; tested by TS 103 701 V1.1.1
	V31 Edition = "V3.1" // TS 103 645 V3.1.1, EN 303 645 V3.1.3; tested by TS 103 701 V2.1.1
)

// Editions returns both editions, the older first.
func Editions() []Edition { return []Edition{V21, V31} }

// editionNames maps "document version", and the versions that are no one
// else's alone, to the edition.
var editionNames = map[string]Edition{
	"2.1": V21, "2.1.2": V21, "en 303 645 2.1": V21, "en 303 645 2.1.1": V21,
	"ts 103 645 2.1": V21, "ts 103 645 2.1.2": V21, "ts 103 701 1.1.1": V21,
	"3.1": V31, "3.1.1": V31, "3.1.3": V31, "en 303 645 3.1": V31, "en 303 645 3.1.3": V31,
	"ts 103 645 3.1": V31, "ts 103 645 3.1.1": V31, "ts 103 701 2.1.1": V31,
}

var editionPattern = regexp.MustCompile(`^(?:etsi )?(?:(en 303 645|ts 103 645|ts 103 701) ?)?v?([0-9.]+)(?: ?\([0-9-]+\))?$`)

// ParseEdition reads "2.1", "v3.1", "EN 303 645 V2.1.1", "TS 103 701 V1.1.1".
// A bare "V2.1.1" is refused: EN 303 645 and TS 103 701 both have one, and they
// belong to different editions.
func ParseEdition(s string) (Edition, error) {
	m := editionPattern.FindStringSubmatch(strings.ToLower(strings.Join(strings.Fields(s), " ")))
	if m != nil {
		if e, ok := editionNames[strings.TrimSpace(m[1]+" "+m[2])]; ok {
			return e, nil
		}
		if m[1] == "" && (m[2] == "2.1.1" || m[2] == "1.1.1") {
			return "", fmt.Errorf("edition %q is ambiguous: say V2.1 or V3.1, or name the document (EN 303 645 V2.1.1 is V2.1, TS 103 701 V2.1.1 tests V3.1)", s)
		}
	}
	return "", fmt.Errorf("unknown edition %q: say V2.1 or V3.1", s)
}

// ID names a provision: "5.1-1", or "LOST-01" beyond the standard.
type ID string

// Clause returns the part of the id before the dash: "5.3", "6", "LOST".
func (id ID) Clause() string {
	clause, _, _ := strings.Cut(string(id), "-")
	return clause
}

// Obligation is M (mandatory) or R (recommended); "" beyond the standard.
type Obligation string

const (
	Mandatory   Obligation = "M"
	Recommended Obligation = "R"
)

// Level says how much a test disturbs the device. Levels are ordered.
type Level int

const (
	Passive Level = iota
	Gentle
	Intrusive
	Disruptive
	LinkWide
)

var levelNames = []string{"passive", "gentle", "intrusive", "disruptive", "link-wide"}

func (l Level) String() string {
	if l < 0 || int(l) >= len(levelNames) {
		return fmt.Sprintf("level %d", int(l))
	}
	return levelNames[l]
}

// ParseLevel reads "passive", "gentle", "intrusive", "disruptive" or "link-wide".
func ParseLevel(s string) (Level, error) {
	i := slices.Index(levelNames, s)
	if i < 0 {
		return 0, fmt.Errorf("unknown level %q: say one of %s", s, strings.Join(levelNames, ", "))
	}
	return Level(i), nil
}

// MarshalText writes the level's name.
func (l Level) MarshalText() ([]byte, error) {
	if l < 0 || int(l) >= len(levelNames) {
		return nil, fmt.Errorf("write level: %d is none", int(l))
	}
	return []byte(levelNames[l]), nil
}

// UnmarshalText reads the level's name.
func (l *Level) UnmarshalText(text []byte) (err error) {
	*l, err = ParseLevel(string(text))
	return err
}

// Rung is one way to come by evidence. A unit judges with the rungs at hand and
// says which it lacked.
type Rung string

const (
	Declared Rung = "declared" // what the supplier states
	Guided   Rung = "guided"   // a person is asked
	LAN      Rung = "lan"      // the device is asked over the network
	Bench    Rung = "bench"    // the network the device stands on is ours
	Operator Rung = "operator" // an operation is done at the device
	Twin     Rung = "twin"     // a second unit of the model
	Web      Rung = "web"      // the supplier's public pages
	Firmware Rung = "firmware" // an image is read
)

var rungs = []Rung{Declared, Guided, LAN, Bench, Operator, Twin, Web, Firmware}

// Confidence says how sure a row of the tables is: high, medium-high, medium,
// medium-low, low-medium, low. Beyond the standard it is "".
type Confidence string

const (
	High Confidence = "high"
	Low  Confidence = "low"
)

var confidences = []Confidence{High, "medium-high", "medium", "medium-low", "low-medium", Low}

// ToCheck tells that the row is to be checked against the document.
func (c Confidence) ToCheck() bool { return c != "" && c != High }

// Doubtful tells that even the letter is in doubt; a report prints such units
// as draft mapping.
func (c Confidence) Doubtful() bool { return c == Low }

// Provision is one requirement of one edition, or one of ours beyond it.
type Provision struct {
	ID         ID         `json:"id"`
	Edition    Edition    `json:"edition,omitempty"` // "" beyond the standard: such a provision serves both
	Obligation Obligation `json:"obligation,omitempty"`
	Conditions []string   `json:"conditions,omitempty"` // all must hold for it to apply: "C(9)", "C(12)", "F(a)"
	Summary    string     `json:"summary"`
	Confidence Confidence `json:"confidence,omitempty"`
	Beyond     bool       `json:"beyond,omitempty"`
	Cases      []*Case    `json:"cases"`
}

// Units returns the units of all cases, in order.
func (p *Provision) Units() []*Unit {
	var units []*Unit
	for _, c := range p.Cases {
		units = append(units, c.Units...)
	}
	return units
}

// Case is one test case of TS 103 701.
type Case struct {
	ID         string            `json:"id"` // "5.1-1-2"
	Provision  ID                `json:"provision"`
	Edition    Edition           `json:"edition,omitempty"`
	Kind       string            `json:"kind"` // conceptual, functional, conceptual/functional, beyond
	Summary    string            `json:"summary"`
	IXIT       []string          `json:"ixit,omitempty"`   // tables it reads; "ICS" is one
	Reuses     map[string]string `json:"reuses,omitempty"` // unit letter → the case whose units it applies, "5.3-9-1 a-b"
	Confidence Confidence        `json:"confidence,omitempty"`
	Units      []*Unit           `json:"units"`
}

// Unit is one test unit, the smallest thing that gets a verdict.
type Unit struct {
	ID         string     `json:"id"`               // "5.1-1-2c"; beyond the standard "LOST-01"
	Letter     string     `json:"letter,omitempty"` // "c"; "" beyond the standard
	Case       string     `json:"case"`
	Provision  ID         `json:"provision"`
	Edition    Edition    `json:"edition,omitempty"`
	Verb       string     `json:"verb,omitempty"`   // check, assess, f-check, perform …; "" where not known
	Reuses     []string   `json:"reuses,omitempty"` // units whose evidence it judges again for a subset
	Method     Method     `json:"method"`
	Confidence Confidence `json:"confidence,omitempty"` // its case's, or low where the letter itself is in doubt
}

// Method is how this project tests one unit.
type Method struct {
	Rungs      []Rung   `json:"rungs"`
	Min        []Rung   `json:"min,omitempty"` // rungs it cannot do without
	Needs      []Need   `json:"needs,omitempty"`
	NeedsText  string   `json:"needs_text,omitempty"` // as written, both editions
	Procedure  string   `json:"procedure"`
	FailsWhen  string   `json:"fails_when"`
	PassesWhen string   `json:"passes_when"`
	Cap        string   `json:"cap,omitempty"` // what the method cannot show
	Level      Level    `json:"level"`
	Faults     []string `json:"faults,omitempty"`   // faults that break or contradict this unit in this edition
	Prepares   bool     `json:"prepares,omitempty"` // sets the stage for later units and ends DONE

	line int // of its row: units of two editions with the same row are tested alike
}

// Table is one IXIT table.
type Table struct {
	Name       string     `json:"name"` // "1-AuthMech"
	Edition    Edition    `json:"edition"`
	Title      string     `json:"title"`
	Fields     []string   `json:"fields"`
	Confidence Confidence `json:"confidence"`
}

// Ref names a unit, in one edition or, where Edition is "", in each that has it.
type Ref struct {
	Unit    string  `json:"unit"`
	Edition Edition `json:"edition,omitempty"`
}

func (r Ref) String() string {
	if r.Edition == "" {
		return r.Unit
	}
	return r.Unit + "@" + string(r.Edition)
}

// Names tells whether the reference names u.
func (r Ref) Names(u *Unit) bool {
	return r.Unit == u.ID && (r.Edition == "" || u.Edition == "" || r.Edition == u.Edition)
}

// Fault is one thing that a faulty specimen, cloud or declaration does.
type Fault struct {
	Name        string `json:"name"`
	Part        string `json:"part"` // device, declaration, web, hook …
	Behaviour   string `json:"behaviour"`
	Breaks      []Ref  `json:"breaks,omitempty"`      // units it makes FAIL, or proposes as FAIL
	Contradicts []Ref  `json:"contradicts,omitempty"` // units it makes INCONCLUSIVE "declaration contradicted"
}

// Touches tells whether the fault breaks or contradicts u.
func (f *Fault) Touches(u *Unit) bool {
	names := func(ref Ref) bool { return ref.Names(u) }
	return slices.ContainsFunc(f.Breaks, names) || slices.ContainsFunc(f.Contradicts, names)
}

// Honest is conformant behaviour that a naive rule fails.
type Honest struct {
	Variant   string `json:"variant"`
	Part      string `json:"part"`
	Behaviour string `json:"behaviour"`
	Spares    []Ref  `json:"spares"` // units that must not FAIL for it
}
