package provisions

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Kind says what sort of thing a Need is.
type Kind string

const (
	NeedsTable    Kind = "table"    // an IXIT table (or the ICS) and its fields
	NeedsOps      Kind = "ops"      // operations
	NeedsChecks   Kind = "checks"   // read-back probes of the device file
	NeedsKeys     Kind = "key"      // typed keys beside the IXIT's text
	NeedsUnits    Kind = "unit"     // units whose evidence is read
	NeedsRules    Kind = "rule"     // rules of METHODS.md that bind it
	NeedsEnv      Kind = "env"      // things the bench or a person must have
	NeedsMin      Kind = "min"      // rungs or things it cannot do without
	NeedsSupports Kind = "supports" // provisions that a row beyond the standard supports
	NeedsProfile  Kind = "profile"  // requirements of rule books that it supports, "profile:id"
)

// Need is one thing a unit's method asks for.
type Need struct {
	Kind     Kind     `json:"kind"`
	Edition  Edition  `json:"edition,omitempty"` // bound to one edition; "" both
	Table    string   `json:"table,omitempty"`
	Fields   []string `json:"fields,omitempty"` // none: the whole table
	Rows     string   `json:"rows,omitempty"`   // which rows, in words
	Names    []string `json:"names,omitempty"`  // for all kinds but table
	Optional bool     `json:"optional,omitempty"`
}

// Operations and Checks are the closed vocabularies of what a device file may
// declare and a method may ask for.
var (
	Operations = []string{"factory-reset", "initialise", "login", "change-credential", "power-cycle", "offer-update", "check-update",
		"set-update-policy", "create-user-data", "delete-user-data", "give-consent", "withdraw-consent", "pair", "unpair", "report-lost"}
	Checks = []string{"health", "local-function", "settings-read", "consent-read"}
)

// Ops returns the operations without which the unit is INCONCLUSIVE.
func (m Method) Ops() []string { return m.names(NeedsOps) }

// Tables returns the IXIT tables that the method cannot do without.
func (m Method) Tables() []string {
	var tables []string
	for _, n := range m.Needs {
		if n.Kind == NeedsTable && !n.Optional && !slices.Contains(tables, n.Table) {
			tables = append(tables, n.Table)
		}
	}
	return tables
}

func (m Method) names(kind Kind) []string {
	var names []string
	for _, n := range m.Needs {
		if n.Kind == kind && !n.Optional {
			names = append(names, n.Names...)
		}
	}
	return names
}

// String writes the need in short, fields left out.
func (n Need) String() string {
	mark := ""
	if n.Optional {
		mark = "?"
	}
	if n.Kind != NeedsTable {
		return string(n.Kind) + mark + ": " + strings.Join(n.Names, ", ")
	}
	if n.Edition != "" {
		return string(n.Edition) + ":" + n.Table + mark
	}
	return n.Table + mark
}

var (
	needTable    = regexp.MustCompile(`^(?:(V[0-9.]+):)?(ICS|[0-9]+-[A-Z][A-Za-z]+)(?:\(([^()]+)\))?(\?)?(?: \[([^][]+)\])?$`)
	needList     = regexp.MustCompile(`^(ops|checks|key|unit|rule|env|min)(\?)?: (.+)$`)
	needSupports = regexp.MustCompile(`^supports\[([^|\]]+) \| ([^|\]]+)\]$`)
	keyPattern   = regexp.MustCompile(`^[a-z]+\.(\*|[a-z_]+)$`)
	notePattern  = regexp.MustCompile(` \([^()]*\)$`)
)

// parseNeeds reads the needs column: items parted by ";", as METHODS.md says.
// It checks the closed vocabularies; tables, units and provisions are for the
// caller, who knows them.
func parseNeeds(s string) ([]Need, []error) {
	var needs []Need
	var errs []error
	for _, item := range split(s, ';') {
		got, err := parseNeed(item)
		if err != nil {
			errs = append(errs, fmt.Errorf("needs %q: %w", item, err))
		}
		needs = append(needs, got...)
	}
	return needs, errs
}

func parseNeed(item string) ([]Need, error) {
	if m := needTable.FindStringSubmatch(item); m != nil {
		n := Need{Kind: NeedsTable, Edition: Edition(m[1]), Table: m[2], Optional: m[4] != "", Rows: m[5]}
		if m[3] != "" {
			n.Fields = split(m[3], ',')
		}
		if n.Edition != "" && n.Edition != V21 && n.Edition != V31 {
			return nil, fmt.Errorf("unknown edition %s", n.Edition)
		}
		return []Need{n}, nil
	}
	if m := needSupports.FindStringSubmatch(item); m != nil {
		needs := []Need{{Kind: NeedsProfile, Names: split(m[2], ',')}}
		if m[1] != "-" {
			needs = append(needs, Need{Kind: NeedsSupports, Names: split(m[1], ',')})
		}
		return needs, nil
	}
	if m := needList.FindStringSubmatch(item); m != nil {
		return parseList(Kind(m[1]), m[2] != "", split(m[3], ','))
	}
	return nil, fmt.Errorf("no table, and none of ops, checks, key, unit, rule, env, min, supports")
}

// parseList parts what is needed from what only widens (a trailing "?").
func parseList(kind Kind, optional bool, things []string) ([]Need, error) {
	must, may := Need{Kind: kind}, Need{Kind: kind, Optional: true}
	for _, thing := range things {
		name, widens := strings.CutSuffix(thing, "?")
		if kind == NeedsOps {
			name = notePattern.ReplaceAllString(name, "") // "initialise (deny)"
		}
		switch {
		case kind == NeedsOps && !slices.Contains(Operations, name):
			return nil, fmt.Errorf("unknown operation %q", name)
		case kind == NeedsChecks && !slices.Contains(Checks, name):
			return nil, fmt.Errorf("unknown check %q", name)
		case kind == NeedsKeys && !keyPattern.MatchString(name):
			return nil, fmt.Errorf("bad typed key %q", name)
		}
		if optional || widens {
			may.Names = append(may.Names, name)
		} else {
			must.Names = append(must.Names, name)
		}
	}
	var needs []Need
	for _, n := range []Need{must, may} {
		if len(n.Names) > 0 {
			needs = append(needs, n)
		}
	}
	return needs, nil
}

// minRungs returns the rungs among the things that are min: "lan+operator".
// A thing is rungs only where each of its parts is one.
func minRungs(needs []Need) []Rung {
	var min []Rung
	for _, n := range needs {
		if n.Kind != NeedsMin {
			continue
		}
		for _, thing := range n.Names {
			if got, err := parseRungs(thing); err == nil {
				min = append(min, got...)
			}
		}
	}
	return min
}

func parseRungs(s string) ([]Rung, error) {
	var got []Rung
	for name := range strings.SplitSeq(s, "+") {
		r := Rung(name)
		if !slices.Contains(rungs, r) {
			return nil, fmt.Errorf("unknown rung %q", name)
		}
		if slices.Contains(got, r) {
			return nil, fmt.Errorf("rung %s stands twice", r)
		}
		got = append(got, r)
	}
	return got, nil
}

// split cuts s at sep outside of brackets and trims each part.
func split(s string, sep rune) []string {
	var parts []string
	depth, start := 0, 0
	for i, r := range s {
		switch r {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case sep:
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(s[start:]))
}
