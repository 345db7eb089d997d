package answers

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/secure-by-design/assay/provisions"
)

// A Lab says whose signature counts for what. It is read from a lab file:
//
//	people:
//	  - name: Ada Lovelace
//	    key: ed25519:h5Yr…=            # assay answer keygen prints it
//	    roles: [assessor, reviewer]    # in the laboratory's own words
//	    clauses: [5.1, 5.3-10, 6]      # clauses or provisions; "all" is every one
type Lab struct {
	People []Person
	Source []byte // the file's bytes, which are kept with the answers
}

// A Person is somebody whose signature counts.
type Person struct {
	Name    string   `yaml:"name"`
	Key     string   `yaml:"key"`
	Roles   []string `yaml:"roles"`
	Clauses []string `yaml:"clauses"`
}

// ReadLab reads a lab file strictly; what is wrong in it comes back as Problems, all at once.
func ReadLab(path string) (*Lab, error) {
	b, err := slurp(path, "lab file")
	if err != nil {
		return nil, err
	}
	return parseLab(path, b)
}

func parseLab(path string, b []byte) (*Lab, error) {
	d := &document{file: path}
	lab := &Lab{Source: b}
	root := d.root(b, "people")
	names, keys := map[string]bool{}, map[string]bool{}
	for _, it := range list[Person](d, "people", root["people"]) {
		p := it.value
		switch {
		case strings.TrimSpace(p.Name) == "":
			d.note(it.place("name"), "a person has no name")
		case names[p.Name]:
			d.note(it.place("name"), "%s stands twice: two persons need two names", p.Name)
		}
		if _, err := parsePublic(p.Key); err != nil {
			d.note(it.place("key"), "the key of %s: %v", p.Name, err)
		} else if keys[p.Key] {
			d.note(it.place("key"), "the key of %s is another person's too: each has a key of his own", p.Name)
		}
		if len(p.Roles) == 0 || slices.Contains(p.Roles, "") {
			d.note(it.place("roles"), "%s has no role: roles: [assessor]", p.Name)
		}
		if len(p.Clauses) == 0 {
			d.note(it.place("clauses"), "%s may judge nothing: clauses: [5.1, 6], or [all]", p.Name)
		}
		for _, c := range p.Clauses {
			if !known(c) {
				d.note(it.place("clauses"), "%q is no clause or provision: 5.1, 5.1-2, or all", c)
			}
		}
		names[p.Name], keys[p.Key] = true, true
		lab.People = append(lab.People, p)
	}
	if len(lab.People) == 0 && len(d.problems) == 0 {
		d.note(nil, "names nobody in people:")
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	return lab, nil
}

// known tells a clause or provision of any edition, or of ours.
func known(clause string) bool {
	if clause == "all" || provisions.ClauseTitle(clause) != "" {
		return true
	}
	return slices.ContainsFunc(provisions.Editions(), func(e provisions.Edition) bool {
		_, ok := provisions.Must().Provision(e, provisions.ID(clause))
		return ok
	})
}

// Digest is the SHA-256 of the file, hex.
func (l *Lab) Digest() string {
	sum := sha256.Sum256(l.Source)
	return hex.EncodeToString(sum[:])
}

// Owner finds the person of a public key.
func (l *Lab) Owner(key string) (Person, bool) {
	if l == nil {
		return Person{}, false
	}
	i := slices.IndexFunc(l.People, func(p Person) bool { return p.Key == key })
	if i < 0 {
		return Person{}, false
	}
	return l.People[i], true
}

// May tells whether a person is entitled to a provision.
func (p Person) May(id provisions.ID) bool {
	return slices.ContainsFunc(p.Clauses, func(c string) bool { return c == "all" || c == string(id) || c == id.Clause() })
}
