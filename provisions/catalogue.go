package provisions

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

//go:embed data
var embedded embed.FS

// Catalogue holds all tables, linked. It is never written after it was read, so
// it may be shared; callers leave what it returns as it is.
type Catalogue struct {
	provisions   map[Edition][]*Provision // "" beyond the standard
	byID         map[key]*Provision
	cases        map[key]*Case
	units        map[key]*Unit
	tables       map[Edition][]*Table
	faults       []*Fault
	honest       []*Honest
	requirements []*Requirement
	profiles     []*Profile
	recognitions []*Recognition
	names        map[Edition]*nameIndex
	digest       string
}

type key struct {
	edition Edition
	id      string
}

func newCatalogue() *Catalogue {
	return &Catalogue{provisions: map[Edition][]*Provision{}, byID: map[key]*Provision{}, cases: map[key]*Case{},
		units: map[key]*Unit{}, tables: map[Edition][]*Table{}, names: map[Edition]*nameIndex{}}
}

var load = sync.OnceValues(func() (*Catalogue, error) {
	data, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	return Read(data)
})

// Load returns the catalogue of the embedded tables, read once.
func Load() (*Catalogue, error) { return load() }

// Must is Load for programs that cannot go on without it: it panics on an error.
func Must() *Catalogue {
	c, err := Load()
	if err != nil {
		panic(fmt.Sprintf("read the embedded catalogue:\n%v", err))
	}
	return c
}

func (c *Catalogue) add(p *Provision) {
	c.provisions[p.Edition] = append(c.provisions[p.Edition], p)
	c.byID[key{p.Edition, string(p.ID)}] = p
}

// Provisions returns the provisions of an edition in the order of the standard,
// without those beyond it.
func (c *Catalogue) Provisions(e Edition) []*Provision {
	if e == "" {
		return nil
	}
	return c.provisions[e]
}

// Beyond returns the provisions that are ours, in both editions alike.
func (c *Catalogue) Beyond() []*Provision { return c.provisions[""] }

// Provision finds a provision of an edition, or one beyond the standard.
func (c *Catalogue) Provision(e Edition, id ID) (*Provision, bool) {
	return lookup(c.byID, e, string(id))
}

// Case finds a test case: "5.3-2-2", or "LOST-01".
func (c *Catalogue) Case(e Edition, id string) (*Case, bool) { return lookup(c.cases, e, id) }

// Unit finds a test unit: "5.3-2-2b", or "LOST-01".
func (c *Catalogue) Unit(e Edition, id string) (*Unit, bool) { return lookup(c.units, e, id) }

func lookup[T any](m map[key]*T, e Edition, id string) (*T, bool) {
	if !slices.Contains(Editions(), e) {
		return nil, false
	}
	if found, ok := m[key{e, id}]; ok {
		return found, true
	}
	found, ok := m[key{"", id}]
	return found, ok
}

// Tables returns the IXIT tables of an edition.
func (c *Catalogue) Tables(e Edition) []*Table { return c.tables[e] }

func (c *Catalogue) table(e Edition, name string) *Table {
	for _, t := range c.tables[e] {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Faults returns all faults.
func (c *Catalogue) Faults() []*Fault { return c.faults }

// Honest returns all honest variants.
func (c *Catalogue) Honest() []*Honest { return c.honest }

// Requirements returns the rows of all rule books.
func (c *Catalogue) Requirements() []*Requirement { return c.requirements }

// Digest returns the SHA-256 over all tables and the catalogue of algorithms,
// in hex: the record names by it what a verdict was judged by.
func (c *Catalogue) Digest() string { return c.digest }

func digest(fsys fs.FS, algorithms string) (string, error) {
	names, err := fs.Glob(fsys, "*.tsv")
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, name := range names { // sorted by Glob
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n", name, len(data))
		h.Write(data)
	}
	fmt.Fprintf(h, "algorithms.tsv %d\n%s", len(algorithms), algorithms)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// clauseTitles are ours, in the order of the standard.
var clauseTitles = []struct{ clause, title string }{
	{"4", "Reporting"}, {"5.0", "Reporting"}, {"5.1", "Passwords"}, {"5.2", "Vulnerability reports"}, {"5.3", "Updates"},
	{"5.4", "Stored security parameters"}, {"5.5", "Communication"}, {"5.6", "Attack surface"}, {"5.7", "Software integrity"},
	{"5.8", "Personal data on the way, and sensors"}, {"5.9", "Outages"}, {"5.10", "Telemetry"}, {"5.11", "Deletion of user data"},
	{"5.12", "Installation and maintenance"}, {"5.13", "Input validation"}, {"6", "Data protection"},
	{"LOST", "Beyond: lost device and unknown network"}, {"PRV", "Beyond: privacy and cameras"},
	{"DESK", "Beyond: desk checks before stocking"}, {"VULN", "Beyond: known vulnerabilities"},
}

// ClauseTitle returns our title of a clause, as "Updates" of "5.3"; "" if there is none.
func ClauseTitle(clause string) string {
	for _, c := range clauseTitles {
		if c.clause == clause {
			return c.title
		}
	}
	return ""
}

// Methods returns METHODS.md: the rules that all methods obey.
func Methods() string {
	text, err := embedded.ReadFile("data/METHODS.md")
	if err != nil {
		panic(err) // embedded at build time
	}
	return strings.TrimSpace(string(text)) + "\n"
}
