package provisions

import (
	_ "embed"
	"fmt"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The catalogue of algorithms (rule CATALOGUE of METHODS.md), as of 2026-11. It is of general knowledge: to be checked
// against its sources before it is quoted.
//
//go:embed algorithms.tsv
var algorithmData string

// Status is what is thought of an algorithm.
type Status string

// Statuses.
const (
	AcceptedStatus Status = "accepted"
	LegacyStatus   Status = "legacy" // accepted until a year
	RefusedStatus  Status = "refused"
)

// An Algorithm is a row of the catalogue. Name may be a pattern with asterisks.
type Algorithm struct {
	Kind, Name string
	Status     Status
	Until      int // of legacy: the last year
	Why        string
	Source     string
	Confidence Confidence
}

// StatusAt is the status at a time, which a judgement takes from its run.
func (a Algorithm) StatusAt(t time.Time) Status {
	if a.Status == LegacyStatus && t.Year() > a.Until {
		return RefusedStatus
	}
	return a.Status
}

var algorithms = sync.OnceValues(func() ([]Algorithm, error) { return readAlgorithms(algorithmData) })

func readAlgorithms(data string) (out []Algorithm, err error) {
	seen := map[string]bool{}
	for n, line := range strings.Split(strings.TrimRight(data, "\n"), "\n") {
		f := strings.Split(line, "\t")
		where := fmt.Sprintf("provisions/algorithms.tsv:%d", n+1)
		if n == 0 {
			if line != "kind\tname\tstatus\tuntil\twhy\tsource\tconfidence" {
				return nil, fmt.Errorf("%s: the columns are not those of the catalogue of algorithms", where)
			}
			continue
		}
		if len(f) != 7 {
			return nil, fmt.Errorf("%s: %d columns, not 7", where, len(f))
		}
		a := Algorithm{Kind: f[0], Name: f[1], Status: Status(f[2]), Why: f[4], Source: f[5], Confidence: Confidence(f[6])}
		switch a.Status {
		case AcceptedStatus, RefusedStatus:
		case LegacyStatus:
			if a.Until, err = strconv.Atoi(f[3]); err != nil {
				return nil, fmt.Errorf("%s: legacy needs a year: %q", where, f[3])
			}
		default:
			return nil, fmt.Errorf("%s: status %q is none of accepted, legacy, refused", where, f[2])
		}
		if k := a.Kind + " " + a.Name; seen[k] {
			return nil, fmt.Errorf("%s: %s stands twice", where, k)
		} else {
			seen[k] = true
		}
		if _, err := path.Match(a.Name, ""); err != nil || a.Source == "" {
			return nil, fmt.Errorf("%s: it has no source, or its name is no pattern", where)
		}
		out = append(out, a)
	}
	return out, nil
}

// Algorithm finds what is thought of an algorithm: by its name, or else by the first pattern that fits, the refused first.
func (c *Catalogue) Algorithm(kind, name string) (Algorithm, bool) {
	all, err := algorithms()
	if err != nil {
		panic(err)
	}
	for _, a := range all {
		if a.Kind == kind && a.Name == name {
			return a, true
		}
	}
	for _, s := range []Status{RefusedStatus, LegacyStatus, AcceptedStatus} {
		for _, a := range all {
			if ok, _ := path.Match(a.Name, name); ok && a.Kind == kind && a.Status == s {
				return a, true
			}
		}
	}
	return Algorithm{}, false
}
